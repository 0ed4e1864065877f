import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A pod of a stopped machine answers nothing at all; one that lives accepts within milliseconds. */
const CONNECT_TIMEOUT_MS = 2000;

/** No connection to a pod came to be, so nothing of the request can have reached it. */
export class PodUnreachableError extends Error {
  override readonly name = 'PodUnreachableError';
}

/**
 * Gives a request its connection only when that stands. Node hands one out that is still connecting, and a body would
 * be read from the client into it: what was read for a pod that then refuses could not be sent to another one.
 */
export class PodAgent extends Agent {
  readonly #sockets = new Set<Socket>();

  constructor(options: AgentOptions) {
    super({ noDelay: true, ...options });
  }

  override createConnection(
    { host, port }: ClientRequestArgs,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const socket = connect({ host: host ?? '', port: Number(port), noDelay: true });
    this.#sockets.add(socket);
    const refuse = (cause: Error): void => {
      socket.destroy();
      callback?.(new PodUnreachableError(`${host}:${port}: ${cause.message}`, { cause }), socket);
    };
    const timer = setTimeout(() => refuse(new Error('no answer')), CONNECT_TIMEOUT_MS);
    socket.once('error', refuse);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', refuse);
      callback?.(null, socket);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
    });
    return undefined;
  }

  /** Ends every connection, those too that do not stand yet. */
  override destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
    super.destroy();
  }
}
