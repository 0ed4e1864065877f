import { connect, type Socket } from 'node:net';
import { EventChecker, type Tally } from './event-checker.ts';
import { nowUs } from './payload.ts';
import { ResponseReader } from './response-reader.ts';

/** One for all sockets: what is read is looked at before the next one is. */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);

/** A stream to be opened, and the feed that it is of. */
export interface StreamSpec {
  readonly url: string;
  readonly id: string;
  /** Where it comes from, of the loopback's; default: from the usual one. */
  readonly localAddress?: string;
}

/** An open stream. */
export interface StreamConnection {
  readonly id: string;
  readonly checker: EventChecker;
  close(): void;
}

/**
 * Opens a stream over a socket of its own. A stream that ends by itself later is a fault.
 *
 * @throws Error where it is refused, or answered with anything but an event stream
 */
export function openStream(spec: StreamSpec, payloadBytes: number, tally: Tally): Promise<StreamConnection> {
  const { hostname, port, host, pathname, search } = new URL(spec.url);
  const checker = new EventChecker(spec.url, payloadBytes, tally);
  return new Promise((resolve, reject) => {
    let isClosed = false;
    const refuse = (why: string): void => {
      socket.destroy();
      reject(new Error(`${spec.url}: ${why}`));
    };
    const reader = new ResponseReader(checker, (failure) => {
      if (failure !== undefined) return refuse(failure);
      resolve({ id: spec.id, checker, close });
    });
    const callback = (length: number): boolean => {
      reader.take(readBuffer, length, nowUs());
      return true;
    };
    const socket: Socket = connect({
      host: hostname,
      port: Number(port),
      ...(spec.localAddress !== undefined && { localAddress: spec.localAddress }),
      onread: { buffer: readBuffer, callback },
    });
    function close(): void {
      isClosed = true;
      socket.destroy();
    }
    socket.on('error', (error) => refuse(error.message));
    socket.on('close', () => {
      if (!isClosed) tally.addFault(`${spec.url}: the stream has ended by itself`);
      reject(new Error(`${spec.url}: the connection has ended`));
    });
    socket.setNoDelay(true);
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`);
  });
}
