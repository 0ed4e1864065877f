import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { LOOPBACK } from '#scripts/process/ports.ts';

/** What lies between the clients and the load balancer, of connections that can be cut one by one. */
export class Network {
  readonly url: string;
  /** Connections that were cut by `cutInNext`. */
  cuts = 0;
  readonly #server: Server;
  readonly #links: ReadonlyMap<number, Link>;

  private constructor(server: Server, links: ReadonlyMap<number, Link>) {
    this.#server = server;
    this.#links = links;
    this.url = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  }

  /** @param target where all of it leads to */
  static async start(target: string): Promise<Network> {
    const { port } = new URL(target);
    const links = new Map<number, Link>();
    const server = createServer((client) => {
      const { remotePort } = client;
      const link = new Link(client, connect(Number(port), LOOPBACK));
      if (remotePort === undefined) return link.cut();
      links.set(remotePort, link);
      client.once('close', () => links.delete(remotePort));
    });
    await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
    return new Network(server, links);
  }

  /**
   * Lets this share of the next part through to the client, then resets the connection on both sides.
   *
   * @param clientPort the client's end of the connection; where there is none, nothing happens
   */
  cutInNext(clientPort: number | undefined, share: number): void {
    this.#linkOf(clientPort)?.cutInNext(share, () => {
      this.cuts += 1;
    });
  }

  /** Swallows all that comes from now on, from either side, and tells nobody. @returns whether there was a connection */
  mute(clientPort: number | undefined): boolean {
    const link = this.#linkOf(clientPort);
    link?.mute();
    return link !== undefined;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const link of this.#links.values()) link.cut();
    await closed;
  }

  #linkOf(clientPort: number | undefined): Link | undefined {
    return clientPort === undefined ? undefined : this.#links.get(clientPort);
  }
}

/** One connection through the network: each side gets what the other sends, no faster than it takes it. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  #last: { readonly share: number; readonly onCut: () => void } | undefined;
  #isMute = false;

  constructor(client: Socket, server: Socket) {
    this.#client = client;
    this.#server = server;
    this.#pass(client, server, (bytes) => server.write(bytes));
    this.#pass(server, client, (bytes) => this.#toClient(bytes));
  }

  cutInNext(share: number, onCut: () => void): void {
    this.#last = { share, onCut };
  }

  mute(): void {
    this.#isMute = true;
    this.#client.resume();
    this.#server.resume();
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #pass(from: Socket, to: Socket, send: (bytes: Buffer) => boolean): void {
    from.on('data', (bytes) => {
      if (!this.#isMute && !send(bytes)) from.pause();
    });
    to.on('drain', () => from.resume());
    from.on('end', () => {
      if (!this.#isMute) to.end();
    });
    // A cut is what this is for: `close` tells of it.
    from.on('error', () => undefined);
    from.on('close', () => {
      // A dead peer says nothing: whoever was muted must find it out.
      if (!this.#isMute || from === this.#client) to.destroy();
    });
  }

  #toClient(bytes: Buffer): boolean {
    if (this.#last === undefined) return this.#client.write(bytes);
    const { share, onCut } = this.#last;
    this.#isMute = true;
    this.#client.write(bytes.subarray(0, Math.floor(bytes.length * share)), () => {
      this.#client.resetAndDestroy();
      this.#server.resetAndDestroy();
    });
    onCut();
    return true;
  }
}
