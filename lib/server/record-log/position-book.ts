import type { CursorOrigin } from '../../protocol/cursor.ts';
import type { TopicSnapshot } from './port.ts';

/**
 * How far each partition has been handed over. Ours, not kafkajs's, which forgets its positions at every rejoin: it
 * outlives consumers, and every join seeks to it.
 */
export class PositionBook {
  readonly #topics = new Map<string, { origin: CursorOrigin; positions: Map<number, number> }>();

  origin(topic: string): CursorOrigin | undefined {
    return this.#topics.get(topic)?.origin;
  }

  position(topic: string, partition: number): number | undefined {
    return this.#topics.get(topic)?.positions.get(partition);
  }

  advance(topic: string, partition: number, position: number): void {
    this.#topics.get(topic)?.positions.set(partition, position);
  }

  /** Begins a topic, or begins it anew when it was created again. */
  begin(origin: CursorOrigin, positions: ReadonlyMap<number, number>): TopicSnapshot {
    const entry = { origin, positions: new Map(positions) };
    this.#topics.set(origin.topic, entry);
    return { origin, positions: new Map(entry.positions) };
  }

  /** The topic has more partitions now; the new ones are read from where they begin. */
  grow(topic: string, added: ReadonlyMap<number, number>): TopicSnapshot | undefined {
    const entry = this.#topics.get(topic);
    if (entry === undefined) return undefined;
    for (const [partition, position] of added) entry.positions.set(partition, position);
    entry.origin = { ...entry.origin, partitionCount: entry.positions.size };
    return { origin: entry.origin, positions: new Map(entry.positions) };
  }

  /** Every position. */
  all(): { topic: string; partition: number; position: number }[] {
    return [...this.#topics].flatMap(([topic, { positions }]) =>
      [...positions].map(([partition, position]) => ({ topic, partition, position })),
    );
  }
}
