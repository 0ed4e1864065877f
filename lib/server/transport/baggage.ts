import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hearErrors } from './hear-errors.ts';

/**
 * What the server that runs the route handlers hangs on a request and its response after Node has handed them over:
 * listeners, methods of its own in the place of Node's, data under symbols. Each of them holds all that the server keeps
 * for a request, for as long as the response is open. A response that goes on
 * without the server can do without.
 */
export class Baggage {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #closeListeners: number;
  readonly #finishListeners: number;
  readonly #symbols: number;

  /** To be made when Node has done its part, and the server has not begun. */
  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.#closeListeners = response.listenerCount('close');
    this.#finishListeners = response.listenerCount('finish');
    this.#symbols = Object.getOwnPropertySymbols(request).length;
  }

  /** Only once the headers have been sent and the server's own part is over. */
  drop(): void {
    const request = this.#request;
    const response = this.#response;
    dropListeners(request, () => 0);
    dropListeners(response, (event) => {
      if (event === 'close') return this.#closeListeners;
      return event === 'finish' ? this.#finishListeners : 0;
    });
    hearErrors(request);
    hearErrors(response);
    // Set, not deleted: V8 keeps an object that has lost a property in a form that takes several times as much.
    for (const name of Object.getOwnPropertyNames(response)) {
      if (isMethod(response, name)) Reflect.set(response, name, Reflect.get(Object.getPrototypeOf(response), name));
    }
    const symbols = Object.getOwnPropertySymbols(request).slice(this.#symbols);
    for (const symbol of symbols) Reflect.set(request, symbol, undefined);
  }
}

/** The first `keptOf(event)` of each event stay. */
function dropListeners(emitter: EventEmitter, keptOf: (event: string | symbol) => number): void {
  for (const event of emitter.eventNames()) {
    // As they are: one that was added with `once` is found by what wraps it.
    const listeners = emitter.rawListeners(event) as ((...args: unknown[]) => void)[];
    for (const listener of listeners.slice(keptOf(event))) emitter.off(event, listener);
  }
}

/** Node's own begin with `_`. */
function isMethod(response: ServerResponse, name: string): boolean {
  return !name.startsWith('_') && typeof Reflect.get(response, name) === 'function';
}
