import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HeaderName, LANE_MAX_CHARS, QueryName } from '../../protocol/constants.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { Baggage } from './baggage.ts';
import type { Gate } from './gate.ts';
import { type LaneAccount, LaneLedger } from './lane-ledger.ts';
import { requestIdOf } from './request-id.ts';
import type { Entrance } from './route-entrance.ts';
import { WorkMeter } from './work-meter.ts';

/** The HTTP connection behind the route handler that runs now. */
export interface Connection {
  /** Path and query as they came over the wire: a web `Request` has bytes that are not UTF-8 replaced already. */
  readonly target: string;
  readonly method: string;
  /** Names the request in logs and answers. */
  readonly requestId: string;
  readonly openedAtMs: number;
  /** Whose it is, as limits count; undefined where the peer's address is not known. */
  readonly client: string | undefined;
  /** Of the answer; decided once it has been sent. */
  readonly status: number;
  /** The code of the problem document that it was refused with, for the log. */
  refusal: ErrorCode | undefined;
  /** What is answered with, to whoever can write to it better than a web stream does. */
  readonly response: ServerResponse;
  /** Bytes sent for this response so far, headers and framing included. */
  readonly bytes: number;
  /** What its `?lane=` has cost; undefined without one. */
  readonly lane: LaneAccount | undefined;
  /** Runs work for it that is done in another context, so that its lane is charged. */
  work(work: () => void): void;
  /** Lets go of what the server has hung on the request since it took it, for a response that goes on without it. */
  letGo(): void;
  /** Calls back once, when the response is over or its socket has died. */
  onClose(listener: () => void): void;
  /** Ends it at once, whatever is still unsent. */
  destroy(): void;
}

/** What Node publishes on `http.server.request.start`. */
interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
}

export interface TrackerOptions {
  /** Whose request it is. Asked as it comes: Next.js later fills `x-forwarded-for` itself. */
  readonly clientOf?: (request: IncomingMessage) => string | undefined;
  /** Sees each request, and its answer, before anything else does. */
  readonly greet?: (request: IncomingMessage, response: ServerResponse, connection: Connection) => void;
  /** Turns requests away before anything is done for them. */
  readonly gate?: Gate;
  /** Takes requests before the server's own listener does. */
  readonly entrance?: Entrance | undefined;
  /** Hears of each request that was answered with 4xx or 5xx, once that is over. */
  readonly onRefused?: (connection: Connection) => void;
}

/**
 * Knows the connection behind a route handler, by public interfaces of Node only.
 *
 * A web `Request` does not tell enough: for a pipelined request whose socket dies while it waits for its turn, neither
 * its signal nor the body's `cancel` ever fires, and what goes over the wire is not known to it.
 */
export class ConnectionTracker {
  readonly #storage = new AsyncLocalStorage<NodeConnection>();
  readonly #servers = new WeakSet<Server>();
  /** The asynchronous context in which the process was started: that of no request. */
  readonly #outside = new AsyncResource('ConnectionTracker');
  readonly #ledger = new LaneLedger();
  readonly #meter = new WorkMeter(() => this.#storage.getStore()?.lane);
  #options: TrackerOptions = {};

  /** Begins to note the connection of each request that Node's HTTP server takes. Once per process. */
  start(options: TrackerOptions = {}): void {
    this.#options = options;
    subscribe('http.server.request.start', (message) => {
      const { request, response, server } = message as RequestStart;
      this.#standInFront(server, options);
      this.#storage.enterWith(this.#connect(request, response));
    });
  }

  /** Undefined where the route handler is not run by Node's HTTP server. */
  current(): Connection | undefined {
    return this.#storage.getStore();
  }

  /**
   * Does work whose timers and promises outlive the route handler. In its own context each of them would hold all that
   * Next.js keeps for a request, for as long as a stream is open.
   */
  outlive<Result>(work: () => Result): Result {
    const connection = this.#storage.getStore();
    return this.#outside.runInAsyncScope(() =>
      connection === undefined ? work() : this.#storage.run(connection, work),
    );
  }

  /** To be called now and then: ends what nobody needs any more. */
  sweep(): void {
    this.#meter.rest();
  }

  /** Node has then done its part for a request, and the server that runs the route handlers has not begun. */
  #standInFront(server: Server, { greet, gate, entrance }: TrackerOptions): void {
    if (this.#servers.has(server)) return;
    this.#servers.add(server);
    const listeners = server.listeners('request');
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      const connection = this.#storage.getStore();
      connection?.mark();
      if (connection !== undefined) greet?.(request, response, connection);
      if (gate?.(request, response, connection)) return;
      if (entrance?.(request, response)) return;
      for (const listener of listeners) listener.call(server, request, response);
    });
  }

  #connect(request: IncomingMessage, response: ServerResponse): NodeConnection {
    const { clientOf, onRefused } = this.#options;
    const about = { client: clientOf?.(request), meter: this.#meter, onRefused };
    const lane = request.method === 'GET' ? laneOf(request.url ?? '/') : undefined;
    if (lane === undefined) return new NodeConnection(request, response, about);
    this.#meter.use();
    const account = this.#ledger.account(lane);
    const connection = new NodeConnection(request, response, { ...about, lane: account });
    account.add(connection);
    return connection;
  }
}

/** A name that is not one is as good as none: it is only for counting. */
function laneOf(target: string): string | undefined {
  if (!target.includes(`${QueryName.lane}=`)) return undefined;
  const lane = new URLSearchParams(target.slice(target.indexOf('?') + 1)).get(QueryName.lane) ?? '';
  return lane !== '' && lane.length <= LANE_MAX_CHARS ? lane : undefined;
}

interface About {
  readonly client: string | undefined;
  readonly lane?: LaneAccount;
  readonly meter: WorkMeter;
  readonly onRefused: TrackerOptions['onRefused'];
}

class NodeConnection implements Connection {
  readonly target: string;
  readonly requestId: string;
  readonly openedAtMs = Date.now();
  readonly client: string | undefined;
  refusal: ErrorCode | undefined;
  readonly #onRefused: TrackerOptions['onRefused'];
  readonly lane: LaneAccount | undefined;
  readonly #meter: WorkMeter;
  readonly response: ServerResponse;
  readonly #request: IncomingMessage;
  /** The request's own is null once what it has sent is no HTTP. */
  readonly #socket: Socket;
  readonly #bytesBefore: number;
  readonly #listeners = new Set<() => void>();
  #baggage: Baggage | undefined;
  /** Once the response is over: the socket goes on to the next one. */
  #finalBytes: number | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, { client, lane, meter, onRefused }: About) {
    // Next.js rewrites the request's own URL later.
    this.target = request.url ?? '/';
    this.requestId = requestIdOf(request.headers[HeaderName.requestId]);
    this.client = client;
    this.#onRefused = onRefused;
    this.lane = lane;
    this.#meter = meter;
    this.#request = request;
    this.#socket = request.socket;
    this.response = response;
    this.#bytesBefore = request.socket.bytesWritten;
    request.socket.on('close', this.#closed);
    response.on('close', this.#closed);
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get status(): number {
    return this.response.statusCode;
  }

  get bytes(): number {
    return this.#finalBytes ?? this.#socket.bytesWritten - this.#bytesBefore;
  }

  work(work: () => void): void {
    if (this.lane === undefined) work();
    else this.#meter.run(this.lane, work);
  }

  /** Node has done its part for the request. */
  mark(): void {
    this.#baggage = new Baggage(this.#request, this.response);
  }

  letGo(): void {
    this.#baggage?.drop();
    this.#baggage = undefined;
  }

  onClose(listener: () => void): void {
    this.#listeners.add(listener);
    if (this.#socket.destroyed || this.response.closed) this.#closed();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Either event may come first, and the socket's more than once: it outlives the response. */
  readonly #closed = (): void => {
    this.#socket.off('close', this.#closed);
    this.response.off('close', this.#closed);
    this.#finalBytes ??= this.bytes;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
    if (this.status >= 400) this.#onRefused?.(this);
  };
}
