import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LANE_MAX_CHARS, QueryName } from '../../protocol/constants.ts';
import { type LaneAccount, LaneLedger } from './lane-ledger.ts';
import { WorkMeter } from './work-meter.ts';

/** The HTTP connection behind the route handler that runs now. */
export interface Connection {
  /** Path and query as they came over the wire: a web `Request` has bytes that are not UTF-8 replaced already. */
  readonly target: string;
  /** Bytes sent for this response so far, headers and framing included. */
  readonly bytes: number;
  /** What its `?lane=` has cost; undefined without one. */
  readonly lane: LaneAccount | undefined;
  /** Runs work for it that is done in another context, so that its lane is charged. */
  work(work: () => void): void;
  /** Calls back once, when the response is over or its socket has died. */
  onClose(listener: () => void): void;
  /** Ends it at once, whatever is still unsent. */
  destroy(): void;
}

/**
 * Knows the connection behind a route handler, by public interfaces of Node only.
 *
 * A web `Request` does not tell enough: for a pipelined request whose socket dies while it waits for its turn, neither
 * its signal nor the body's `cancel` ever fires, and what goes over the wire is not known to it.
 */
export class ConnectionTracker {
  readonly #storage = new AsyncLocalStorage<Connection>();
  readonly #ledger = new LaneLedger();
  readonly #meter = new WorkMeter(() => this.#storage.getStore()?.lane);

  /** Begins to note the connection of each request that Node's HTTP server takes. Once per process. */
  start(): void {
    subscribe('http.server.request.start', (message) => {
      const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
      this.#storage.enterWith(this.#connect(request, response));
    });
  }

  /** Undefined where the route handler is not run by Node's HTTP server. */
  current(): Connection | undefined {
    return this.#storage.getStore();
  }

  /** To be called now and then: ends what nobody needs any more. */
  sweep(): void {
    this.#meter.rest();
  }

  #connect(request: IncomingMessage, response: ServerResponse): Connection {
    const lane = request.method === 'GET' ? laneOf(request.url ?? '/') : undefined;
    if (lane === undefined) return new NodeConnection(request, response, undefined, this.#meter);
    this.#meter.use();
    const account = this.#ledger.account(lane);
    const connection = new NodeConnection(request, response, account, this.#meter);
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

class NodeConnection implements Connection {
  readonly target: string;
  readonly lane: LaneAccount | undefined;
  readonly #meter: WorkMeter;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #bytesBefore: number;
  readonly #listeners = new Set<() => void>();
  /** Once the response is over: the socket goes on to the next one. */
  #finalBytes: number | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, lane: LaneAccount | undefined, meter: WorkMeter) {
    // Next.js rewrites the request's own URL later.
    this.target = request.url ?? '/';
    this.lane = lane;
    this.#meter = meter;
    this.#request = request;
    this.#response = response;
    this.#bytesBefore = request.socket.bytesWritten;
    request.socket.on('close', this.#closed);
    response.on('close', this.#closed);
  }

  get bytes(): number {
    return this.#finalBytes ?? this.#request.socket.bytesWritten - this.#bytesBefore;
  }

  work(work: () => void): void {
    if (this.lane === undefined) work();
    else this.#meter.run(this.lane, work);
  }

  onClose(listener: () => void): void {
    this.#listeners.add(listener);
    if (this.#request.socket.destroyed || this.#response.closed) this.#closed();
  }

  destroy(): void {
    this.#request.socket.destroy();
  }
  /** Either event may come first, and the socket's more than once: it outlives the response. */
  readonly #closed = (): void => {
    const { socket } = this.#request;
    socket.off('close', this.#closed);
    this.#response.off('close', this.#closed);
    this.#finalBytes ??= this.bytes;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  };
}
