import { EventEmitter } from 'node:events';
import { keyOfFeedId } from '../../protocol/feed-id.ts';
import type { RecordBatch } from '../record-log/port.ts';

type Listener = (value: Buffer | null) => void;

/**
 * What the article's `@KafkaListener` is to its emitters: each record of an ID goes to whoever happens to listen at
 * that moment. It keeps nothing and knows no cursor, on purpose: the foil's loss is measured against the feeds.
 */
export class ArticleEmitter {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  onBatch({ topic, records }: RecordBatch): void {
    // Where nobody listens, which is nearly always, no record is looked at.
    if (this.#emitter.eventNames().length === 0) return;
    for (const { key, value } of records)
      if (key !== null) this.#emitter.emit(`${topic}/${key.toString('latin1')}`, value);
  }

  /** How many listen now. */
  get listenerCount(): number {
    return this.#emitter.eventNames().reduce((sum, name) => sum + this.#emitter.listenerCount(name), 0);
  }

  /** Hears the values of one ID from now on, until the undo is called. */
  listen(topic: string, id: string, listener: Listener): () => void {
    const name = `${topic}/${Buffer.from(keyOfFeedId(id)).toString('latin1')}`;
    this.#emitter.on(name, listener);
    return () => this.#emitter.off(name, listener);
  }
}
