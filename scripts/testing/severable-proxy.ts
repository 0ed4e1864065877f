import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { LOOPBACK } from '#scripts/process/ports.ts';

type Answer = 'forward' | 'cut' | { readonly text: string };

/** What stands between a client and its server, of sockets that can really be cut, or fall silent. */
export class SeverableProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #state: { answer: Answer };

  private constructor(server: Server, sockets: Set<Socket>, state: { answer: Answer }) {
    this.#server = server;
    this.#sockets = sockets;
    this.#state = state;
    this.url = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  }

  /**
   * @param target an origin, like `http://127.0.0.1:3000`; of another protocol its host and port count
   * @param listenPort where it listens; default: a free port
   */
  static async start(target: string, listenPort = 0): Promise<SeverableProxy> {
    const { hostname, port } = new URL(target);
    const sockets = new Set<Socket>();
    const state: { answer: Answer } = { answer: 'forward' };
    const server = createServer((socket) => {
      keep(sockets, socket);
      if (state.answer === 'cut') socket.destroy();
      else if (state.answer === 'forward') {
        const upstream = connect(Number(port), hostname);
        keep(sockets, upstream);
        socket.pipe(upstream).pipe(socket);
        socket.once('close', () => upstream.destroy());
        upstream.once('close', () => socket.destroy());
      } else {
        const { text } = state.answer;
        socket.once('data', () => socket.end(text));
      }
    });
    await new Promise<void>((resolve) => server.listen(listenPort, LOOPBACK, resolve));
    return new SeverableProxy(server, sockets, state);
  }

  /** Ends every connection in the middle of whatever it carries, and every new one at once. */
  sever(): void {
    this.#turn('cut');
  }

  /** Nothing comes through any more over the connections that are open, and nobody is told; new ones work. */
  freeze(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  /** Answers everything with this status, as a proxy without a server behind it does. */
  refuse(status: number, headers: Readonly<Record<string, string>>): void {
    const lines = Object.entries({ ...headers, 'content-length': '0', connection: 'close' });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.#turn({ text: `HTTP/1.1 ${status} Refused\r\n${head}\r\n` });
  }

  /** Lets everything through again. */
  restore(): void {
    this.#turn('forward');
  }

  async stop(): Promise<void> {
    this.sever();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #turn(answer: Answer): void {
    this.#state.answer = answer;
    for (const socket of this.#sockets) socket.destroy();
  }
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  // A cut is what this is for.
  socket.on('error', () => socket.destroy());
}
