import type { EventEmitter } from 'node:events';

/** An error that nobody hears would end the process; that a client has gone is told of by `close`. */
export function hearErrors(emitter: EventEmitter): void {
  emitter.on('error', () => undefined);
}
