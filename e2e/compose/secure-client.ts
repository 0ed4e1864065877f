import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { type ParsedEvent, SseParser } from '#lib/server/testing/parse-sse.ts';

/** What has come of one request over HTTP/2. */
export interface SecureAnswer {
  status: number;
  contentType: string;
  text: string;
  readonly events: ParsedEvent[];
}

/** One HTTP/2 connection. The certificate is of an authority that nobody knows: it is not looked at. */
export class SecureClient {
  readonly #session: ClientHttp2Session;

  constructor(url: string) {
    this.#session = connect(url, { rejectUnauthorized: false });
    // It shows in the answers.
    this.#session.on('error', () => undefined);
  }

  /** What the two ends have agreed on; undefined until they have. */
  get protocol(): string | undefined {
    return this.#session.alpnProtocol;
  }

  /** The answer, which goes on changing as it comes. */
  get(path: string): SecureAnswer {
    const answer: SecureAnswer = { status: 0, contentType: '', text: '', events: [] };
    const parser = new SseParser();
    const stream: ClientHttp2Stream = this.#session.request({ [constants.HTTP2_HEADER_PATH]: path });
    stream.setEncoding('utf8');
    stream.on('response', (headers) => {
      answer.status = headers[':status'] ?? 0;
      answer.contentType = headers['content-type'] ?? '';
    });
    stream.on('data', (text: string) => {
      answer.text += text;
      answer.events.push(...parser.push(text));
    });
    stream.on('error', () => undefined);
    return answer;
  }

  close(): void {
    this.#session.destroy();
  }
}
