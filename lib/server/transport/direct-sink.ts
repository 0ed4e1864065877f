import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SinkKind } from '../config/stream-settings.ts';
import type { BodySink, BodySinkOptions } from './body-sink.ts';
import { WebStreamSink } from './web-stream-sink.ts';

export interface DirectSinkOptions extends BodySinkOptions {
  /** The response whose body this is. */
  readonly response: ServerResponse;
  /** The server has sent what it had to, and its own part is over. */
  readonly onTakenOver?: () => void;
}

/**
 * The cheap sink: once the response of the route handler is being sent, bytes go straight to its socket, in chunks (RFC
 * 9112, section 7.1) that are framed once and shared by all readers that are given the same bytes.
 *
 *     web stream ──its body is piped, and the response suits──► direct
 *         └──────────its body is read in any other way────────► web stream, for good
 *
 * A server that sends a `Response` pipes its body, and that is where this takes over: status and headers are decided,
 * and the server is told at once that there is nothing more to pipe, so that it lets go of all that it holds for a
 * request. Only public interfaces of Node are used. Whatever does not suit (an older HTTP, an encoded body, a response
 * that waits for its turn on the socket) stays a web stream.
 */
export class DirectSink implements BodySink {
  onRoom: (() => void) | undefined;
  readonly #response: ServerResponse;
  readonly #work: (act: () => void) => void;
  /** Undefined once bytes go to the socket. */
  #web: WebStreamSink | undefined;
  #socket: Socket | undefined;
  #bytes = 0;
  #events = 0;
  #isFull = false;
  #drains = 0;
  /** How it was ended, which may be while the web stream is being emptied. */
  #end: (() => void) | undefined;

  constructor({ response, work = (act) => act(), onCancel, onTakenOver = () => undefined }: DirectSinkOptions) {
    this.#response = response;
    this.#work = work;
    const web = new WebStreamSink({ work, onCancel });
    web.onRoom = () => this.onRoom?.();
    this.#web = web;
    const pipeTo: typeof web.stream.pipeTo = (destination, options) => {
      const socket = takeSocket(response);
      if (socket === undefined) return ReadableStream.prototype.pipeTo.call(web.stream, destination, options);
      // The server goes on from this promise to its own end, in the same turn.
      return this.#takeOver(socket, web).then(() => void setImmediate(onTakenOver));
    };
    Object.defineProperty(web.stream, 'pipeTo', { value: pipeTo });
  }

  /** Not kept once bytes go to the socket. */
  get stream(): ReadableStream<Uint8Array> {
    if (this.#web === undefined) throw new Error('This body has been sent on its way already.');
    return this.#web.stream;
  }

  get kind(): SinkKind {
    return this.#web === undefined ? 'direct' : 'web';
  }

  get hasRoom(): boolean {
    return this.#web?.hasRoom ?? (this.#isOpen && !this.#isFull);
  }

  get bytes(): number {
    return this.#web?.bytes ?? this.#bytes;
  }

  get events(): number {
    return this.#web?.events ?? this.#events;
  }

  get drains(): number {
    return this.#web?.drains ?? this.#drains;
  }

  write(bytes: Uint8Array, events = 0): void {
    const socket = this.#socket;
    // A chunk of no bytes would end the body.
    if (bytes.length === 0) return;
    if (this.#web !== undefined) this.#web.write(bytes, events);
    else if (socket !== undefined && this.#isOpen) {
      this.#events += events;
      this.#work(() => this.#send(socket, bytes));
    }
  }

  end(): void {
    this.#web?.end();
    this.#finish(() => this.#response.end());
  }

  /** What the system has not yet taken is dropped. */
  fail(reason: Error): void {
    this.#web?.fail(reason);
    this.#finish(() => this.#response.destroy());
  }

  /**
   * Also where somebody else has ended the response, or the client its side of the connection: what is written then
   * would be taken for the next answer's, or cost the client what is still on its way.
   */
  get #isOpen(): boolean {
    return this.#end === undefined && this.#socket?.writable === true && !this.#response.writableEnded;
  }

  #finish(end: () => void): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    if (this.#socket === undefined) return;
    // It outlives the response, and goes on to the next one.
    this.#socket.off('drain', this.#drained);
    end();
  }

  /** Headers and all that was written before leave together, ahead of what is written from now on. */
  async #takeOver(socket: Socket, web: WebStreamSink): Promise<void> {
    // What is read makes room, and must not draw more into what is being emptied.
    web.onRoom = undefined;
    const reader = web.stream.getReader();
    try {
      while (this.#bytes < web.bytes) {
        const { value } = await reader.read();
        if (value !== undefined) this.#send(socket, value);
      }
    } catch {
      // It has failed, and `#end` says how.
    }
    this.#events = web.events;
    this.#web = undefined;
    this.#socket = socket;
    if (this.#end === undefined) socket.on('drain', this.#drained);
    socket.uncork();
    this.#end?.();
    if (this.hasRoom) this.onRoom?.();
  }

  /** `drain` follows wherever `write` says no, soon where the system has taken it all. */
  #send(socket: Socket, bytes: Uint8Array): void {
    this.#isFull = !socket.write(chunkOf(bytes)) && socket.writableLength > 0;
    this.#bytes += bytes.length;
  }

  readonly #drained = (): void => {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#drains += 1;
    this.onRoom?.();
  };
}

/**
 * The socket of a response that can be written to in its place: a GET over HTTP/1.1 whose turn it is, with nothing sent
 * yet and nothing that would change the body on its way. Corked, with the headers in it.
 */
function takeSocket(response: ServerResponse): Socket | undefined {
  const { req, socket, statusCode } = response;
  const isPlain = req.method === 'GET' && req.httpVersion === '1.1' && statusCode === 200;
  const isFresh = !response.headersSent && !response.writableEnded && !response.destroyed;
  // A response that waits behind another one on the same connection has none.
  if (!isPlain || !isFresh || socket === null || socket.destroyed || isEncoded(response)) return undefined;
  response.setHeader('transfer-encoding', 'chunked');
  socket.cork();
  response.flushHeaders();
  // Whatever compresses decides at this very moment.
  if (!response.hasHeader('content-encoding')) return socket;
  socket.uncork();
  return undefined;
}

function isEncoded(response: ServerResponse): boolean {
  return ['content-encoding', 'content-length', 'transfer-encoding'].some((name) => response.hasHeader(name));
}

const CRLF = Buffer.from('\r\n');
const FRAMED_MAX = 8;
/** What was framed last: a feed gives its readers the same bytes, and those that are behind a few different ones. */
const framed: { readonly bytes: Uint8Array; readonly chunk: Buffer }[] = [];
let oldest = 0;

function chunkOf(bytes: Uint8Array): Buffer {
  for (const known of framed) if (known.bytes === bytes) return known.chunk;
  const chunk = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`, 'latin1'), bytes, CRLF]);
  framed[oldest] = { bytes, chunk };
  oldest = (oldest + 1) % FRAMED_MAX;
  return chunk;
}
