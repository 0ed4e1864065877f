import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The HTTP connection behind the route handler that runs now. */
export interface Connection {
  /** Path and query as they came over the wire: a web `Request` has bytes that are not UTF-8 replaced already. */
  readonly target: string;
  /** Calls back once, when the response is over or its socket has died. */
  onClose(listener: () => void): void;
  /** Ends it at once, whatever is still unsent. */
  destroy(): void;
}

/**
 * Knows the connection behind a route handler, by public interfaces of Node only.
 *
 * A web `Request` does not tell enough: for a pipelined request whose socket dies while it waits for its turn, neither
 * its signal nor the body's `cancel` ever fires.
 */
export class ConnectionTracker {
  readonly #storage = new AsyncLocalStorage<Connection>();

  /** Begins to note the connection of each request that Node's HTTP server takes. Once per process. */
  start(): void {
    subscribe('http.server.request.start', (message) => {
      const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
      this.#storage.enterWith(new NodeConnection(request, response));
    });
  }

  /** Undefined where the route handler is not run by Node's HTTP server. */
  current(): Connection | undefined {
    return this.#storage.getStore();
  }
}

class NodeConnection implements Connection {
  readonly target: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    // Next.js rewrites the request's own URL later.
    this.target = request.url ?? '/';
    this.#request = request;
    this.#response = response;
  }

  onClose(listener: () => void): void {
    const { socket } = this.#request;
    const closed = (): void => {
      socket.off('close', closed);
      this.#response.off('close', closed);
      listener();
    };
    socket.on('close', closed);
    this.#response.on('close', closed);
    if (socket.destroyed || this.#response.closed) closed();
  }

  destroy(): void {
    this.#request.socket.destroy();
  }
}
