import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';

/** Where the pages renew their token: for the server's `AUTH_RENEW_URL`. */
export const RENEW_PATH = '/session/renew';

/**
 * What a team has in front of Feedline: an application of the same origin that knows its users, gives their browsers
 * tokens as a cookie, and passes everything else on.
 */
export class TeamApplication {
  readonly url: string;
  /** Of whoever is signed in; undefined: nobody is. */
  token: (() => string) | undefined;
  renewals = 0;
  readonly #server = createServer((incoming, response) => this.#answer(incoming, response));
  readonly #podUrl: string;

  private constructor(podUrl: string, port: number) {
    this.#podUrl = podUrl;
    this.url = `http://${LOOPBACK}:${port}`;
  }

  static async start(podUrl: string): Promise<TeamApplication> {
    const port = await freePort();
    const application = new TeamApplication(podUrl, port);
    await new Promise<void>((resolve) => application.#server.listen(port, LOOPBACK, resolve));
    return application;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(incoming: IncomingMessage, response: ServerResponse): void {
    if (incoming.url === RENEW_PATH) this.#renew(incoming, response);
    else this.#pass(incoming, response);
  }

  #renew({ method }: IncomingMessage, response: ServerResponse): void {
    if (method !== 'POST' || this.token === undefined) {
      response.writeHead(401).end();
      return;
    }
    this.renewals += 1;
    const cookie = `feedline_token=${this.token()}; HttpOnly; SameSite=Strict; Path=/`;
    response.writeHead(204, { 'set-cookie': cookie }).end();
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, headers } = incoming;
    const passed = request(new URL(incoming.url ?? '/', this.#podUrl), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    incoming.pipe(passed);
  }
}
