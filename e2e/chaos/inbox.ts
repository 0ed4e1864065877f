import { EventFormat } from '#lib/protocol/constants.ts';
import type { Envelope, GapData } from '#lib/protocol/events.ts';
import type { ClientSpec } from './cast.ts';

/** One event that a client was given. */
export interface Delivery {
  /** Equal for the event and the stored record that it carries: see `identityOf`. */
  readonly identity: string;
  readonly producedAtMs: number;
  readonly receivedAtMs: number;
}

const COMPLAINTS_MAX = 10;

/** What one client was given, and the newest cursor. */
export class Inbox {
  readonly spec: ClientSpec;
  readonly deliveries: Delivery[] = [];
  readonly gaps: GapData[] = [];
  /** Where the server did not keep to its own protocol. */
  readonly complaints: string[] = [];
  #cursor = '';
  #firstCursor = '';

  constructor(spec: ClientSpec) {
    this.spec = spec;
  }

  get cursor(): string {
    return this.#cursor;
  }

  /** Where it began; empty until it was told. */
  get firstCursor(): string {
    return this.#firstCursor;
  }

  moveTo(cursor: string): void {
    if (cursor === '') return;
    this.#cursor = cursor;
    if (this.#firstCursor === '') this.#firstCursor = cursor;
  }

  /** @param data the text of an event's `data:` */
  take(data: string): void {
    const receivedAtMs = Date.now();
    try {
      const { identity, value } = this.spec.format === EventFormat.raw ? { identity: data, value: data } : open(data);
      this.deliveries.push({ identity, producedAtMs: producedAtMsOf(value), receivedAtMs });
    } catch (error) {
      this.complain(`an event that cannot be read (${(error as Error).message}): ${data.slice(0, 100)}`);
      this.deliveries.push({ identity: data, producedAtMs: Number.NaN, receivedAtMs });
    }
  }

  complain(text: string): void {
    if (this.complaints.length < COMPLAINTS_MAX) this.complaints.push(text);
  }

  /** When the first event came that was produced at this time or later. */
  firstProducedSince(sinceMs: number): number | undefined {
    return this.deliveries.find(({ producedAtMs }) => producedAtMs >= sinceMs)?.receivedAtMs;
  }
}

/** A record's place and value where its client is told the place, else its value, which no other record has. */
export function identityOf(format: EventFormat, record: Pick<Envelope, 'partition' | 'offset' | 'value'>): string {
  const { partition, offset, value } = record;
  return format === EventFormat.raw ? `${value}` : `${partition}/${offset} ${value}`;
}

function open(data: string): { identity: string; value: string } {
  const envelope = JSON.parse(data) as Envelope;
  return { identity: identityOf(EventFormat.envelope, envelope), value: envelope.value ?? '' };
}

function producedAtMsOf(value: string): number {
  return (JSON.parse(value) as { producedAtMs: number }).producedAtMs;
}
