import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { clientOf, isTrusted } from './client-address.ts';

/** Whose each request is; see `clientOf`. To be asked before Next.js, which fills `x-forwarded-for` itself. */
export class ClientAddresses {
  readonly #trusted: BlockList;
  #ignored: string | undefined;

  constructor(trusted: BlockList) {
    this.#trusted = trusted;
  }

  /** Who has last sent an `X-Forwarded-For` that did not count: a client that tries, or a proxy that was not named. */
  get lastIgnored(): string | undefined {
    return this.#ignored;
  }

  of({ socket, headers }: IncomingMessage): string | undefined {
    const peer = socket.remoteAddress;
    // Node gives several of them as one list.
    const forwarded = headers['x-forwarded-for'];
    const text = Array.isArray(forwarded) ? forwarded.join() : forwarded;
    if (peer !== undefined && text !== undefined && !isTrusted(peer, this.#trusted)) this.#ignored = peer;
    return clientOf(peer, text, this.#trusted);
  }
}
