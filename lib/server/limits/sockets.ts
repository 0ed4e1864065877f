import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { LimitConfig } from '../config/limit-settings.ts';
import { Counts } from '../counts.ts';
import { answerGarbage } from './answer-garbage.ts';
import { clientOf, isTrusted } from './client-address.ts';
import { Tally } from './tally.ts';

/** Why a socket was cut; a label in the metrics. */
export const SOCKET_CUTS = ['pod-sockets', 'client-sockets', 'slow-headers', 'pipelined', 'garbage'] as const;
export type SocketCut = (typeof SOCKET_CUTS)[number];

/** Requests of one socket that may be under way at once: no browser sends a second one before the first is answered. */
const PIPELINED_MAX = 16;
/** Sockets beside those of streams and polls: for pages, refusals, and requests under way. */
const SPARE_SHARE = 0.25;
const SPARE_MIN = 100;

interface Held {
  /** Undefined where it is not counted: a trusted proxy's are those of many clients. */
  readonly client: string | undefined;
  underWay: number;
}

/** A socket that has no request under way. */
interface Waiting {
  readonly sinceMs: number;
  /** What had been read by then; undefined before its first request. */
  readonly bytesRead: number | undefined;
  /** Its time was over once already. */
  readonly isDue?: boolean;
}

interface SocketsOptions {
  readonly limits: Pick<LimitConfig, 'connections' | 'connectionsPerClient' | 'headersTimeoutMs' | 'trustedProxies'>;
  readonly now: () => number;
}

/**
 * The sockets of the process's HTTP server, by public interfaces of Node only: what a client can do before it has sent
 * a request, or without ever sending one. Their number is bounded, for all and for each address, and so are the time
 * that headers may take and the requests that are sent before an answer has come.
 *
 * Where all places are taken, the socket leaves that has had no request for the longest: else whoever opens sockets and
 * sends nothing would keep all others out.
 */
export class Sockets {
  readonly #options: SocketsOptions;
  readonly #held = new Map<Socket, Held>();
  /** The one that has waited longest is the first. */
  readonly #waiting = new Map<Socket, Waiting>();
  readonly #clients = new Tally();
  readonly #servers = new WeakSet<Server>();
  readonly #cuts = new Counts(SOCKET_CUTS);

  constructor(options: SocketsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#held.size;
  }

  /** How many were cut, by reason. */
  get cuts(): ReadonlyMap<SocketCut, number> {
    return this.#cuts.all;
  }

  /** Begins to look at every socket that a server of this process takes. @returns its undo */
  start(): () => void {
    const onSocket = (message: unknown): void => this.#take((message as { readonly socket: Socket }).socket);
    const onRequest = (message: unknown): void => {
      const { socket, response, server } = message as RequestStart;
      this.#hearGarbage(server);
      this.#begin(socket, response);
    };
    subscribe('net.server.socket', onSocket);
    subscribe('http.server.request.start', onRequest);
    return () => {
      unsubscribe('net.server.socket', onSocket);
      unsubscribe('http.server.request.start', onRequest);
    };
  }

  /** To be called every second or so: ends sockets that take too long for the headers of a request. */
  sweep(): void {
    const { now, limits } = this.#options;
    const nowMs = now();
    for (const [socket, { sinceMs, bytesRead, isDue = false }] of [...this.#waiting]) {
      if (nowMs - sinceMs < limits.headersTimeoutMs) return;
      // Of a server that was busy all that time the headers may be here, and not read yet: that is before the next sweep.
      if (!isDue) {
        this.#waiting.set(socket, { sinceMs, bytesRead, isDue: true });
        continue;
      }
      // Nothing has come since the last answer: Node itself ends a connection that is kept alive in vain.
      if (bytesRead === socket.bytesRead) this.#wait(socket, { sinceMs: nowMs, bytesRead });
      else this.#cut(socket, 'slow-headers');
    }
  }

  #take(socket: Socket): void {
    const { connections, connectionsPerClient, trustedProxies } = this.#options.limits;
    const address = socket.remoteAddress;
    const isProxy = address !== undefined && isTrusted(address, trustedProxies);
    const client = isProxy ? undefined : clientOf(address, undefined, trustedProxies);
    const clientMax = connectionsPerClient === 0 ? Number.POSITIVE_INFINITY : withSpare(connectionsPerClient);
    if (client !== undefined && this.#clients.of(client) >= clientMax) {
      this.#cut(socket, 'client-sockets');
      return;
    }
    if (this.#held.size >= withSpare(connections) && !this.#makeRoom()) {
      this.#cut(socket, 'pod-sockets');
      return;
    }
    this.#held.set(socket, { client, underWay: 0 });
    if (client !== undefined) this.#clients.add(client);
    this.#wait(socket, { sinceMs: this.#options.now(), bytesRead: undefined });
    socket.once('close', () => this.#forget(socket));
  }

  #makeRoom(): boolean {
    const [longest] = this.#waiting.keys();
    if (longest !== undefined) this.#cut(longest, 'pod-sockets');
    return longest !== undefined;
  }

  #begin(socket: Socket, response: ServerResponse): void {
    const held = this.#held.get(socket);
    // It came before anybody looked, or it has been cut.
    if (held === undefined) return;
    this.#waiting.delete(socket);
    held.underWay += 1;
    if (held.underWay > PIPELINED_MAX) {
      this.#cut(socket, 'pipelined');
      return;
    }
    response.once('close', () => {
      held.underWay -= 1;
      if (held.underWay > 0 || !this.#held.has(socket)) return;
      this.#wait(socket, { sinceMs: this.#options.now(), bytesRead: socket.bytesRead });
    });
  }

  #wait(socket: Socket, waiting: Waiting): void {
    this.#waiting.delete(socket);
    this.#waiting.set(socket, waiting);
  }

  #hearGarbage(server: Server): void {
    if (this.#servers.has(server)) return;
    this.#servers.add(server);
    server.on('clientError', (error: NodeJS.ErrnoException, duplex) => {
      const socket = duplex as Socket;
      if (error.code !== 'ECONNRESET') this.#cuts.add('garbage');
      // Behind an answer that is under way, another one would be taken for a part of it.
      answerGarbage(error, socket, { isBetween: (this.#held.get(socket)?.underWay ?? 0) === 0 });
    });
  }

  #cut(socket: Socket, reason: SocketCut): void {
    this.#cuts.add(reason);
    this.#forget(socket);
    socket.destroy();
  }

  #forget(socket: Socket): void {
    const held = this.#held.get(socket);
    if (held === undefined) return;
    this.#held.delete(socket);
    this.#waiting.delete(socket);
    if (held.client !== undefined) this.#clients.remove(held.client);
  }
}

/** What Node publishes on `http.server.request.start`. */
interface RequestStart {
  readonly socket: Socket;
  readonly response: ServerResponse;
  readonly server: Server;
}

function withSpare(connections: number): number {
  return connections + Math.max(SPARE_MIN, Math.ceil(connections * SPARE_SHARE));
}
