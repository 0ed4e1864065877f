import { connect } from 'node:net';
import { LOOPBACK } from '#scripts/process/ports.ts';
import { HttpAnswer } from './http-answer.ts';

/** A request as bytes: nothing about it is checked, escaped or added. */
export interface RawRequest {
  readonly method: string;
  /** Path and query; one byte a character (latin1), as the headers too. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

const WAIT_MS = 20_000;

/**
 * Sends one request over a connection of its own and reads its answer, until it is over or enough of it has come.
 *
 * @returns null where the server closes without a word
 * @throws FramingError where the answer is broken; Error where there is none in time
 */
export function exchange(
  port: number,
  request: RawRequest,
  isEnough: (answer: HttpAnswer) => boolean,
): Promise<HttpAnswer | null> {
  const { method, target, headers } = request;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const bytes = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1');
  const answer = new HttpAnswer(method);
  return new Promise((resolve, reject) => {
    const socket = connect(port, LOOPBACK, () => socket.write(bytes));
    const settle = (done: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      done();
    };
    const fail = (error: unknown): void => settle(() => reject(error));
    const timer = setTimeout(() => fail(new Error(`No answer in time; so far: ${answer.status}`)), WAIT_MS);
    socket.on('data', (part) => {
      try {
        answer.push(part);
        if (answer.isOver || isEnough(answer)) settle(() => resolve(answer));
      } catch (error) {
        fail(error);
      }
    });
    // A server that refuses a request before all of it has come may reset the connection behind its answer.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (answer.status === 0) return settle(() => resolve(null));
      try {
        answer.close();
        settle(() => resolve(answer));
      } catch (error) {
        fail(error);
      }
    });
  });
}
