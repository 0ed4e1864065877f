import { join } from 'node:path';
import type { Part } from '#scripts/process/part.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { startServer, untilReady } from '#scripts/server/start-server.ts';

export interface PodOptions {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A production server that can be killed and started again on its port. */
export class Pod {
  readonly name: string;
  readonly url: string;
  readonly #port: number;
  readonly #env: Readonly<Record<string, string>>;
  #part: Part | undefined;
  #starts = 0;

  private constructor({ name, env }: PodOptions, port: number) {
    this.name = name;
    this.#env = env;
    this.#port = port;
    this.url = `http://${LOOPBACK}:${port}`;
  }

  /** Starts it; it may not be ready yet. */
  static async start(options: PodOptions): Promise<Pod> {
    const pod = new Pod(options, await freePort());
    await pod.start();
    return pod;
  }

  /** @throws Error while it is down */
  get pid(): number {
    if (this.#part === undefined) throw new Error(`${this.name} is not running.`);
    return this.#part.pid;
  }

  async start(): Promise<void> {
    this.#starts += 1;
    const logFile = join(ROOT, '.cache', 'chaos', `${this.name}.${this.#starts}.log`);
    this.#part = await startServer({ port: this.#port, env: { ...this.#env, POD: this.name }, logFile });
  }

  async untilReady(): Promise<void> {
    if (this.#part !== undefined) await untilReady(this.#part, this.url);
  }

  async kill(): Promise<void> {
    await this.#part?.kill();
  }

  async stop(): Promise<void> {
    await this.#part?.stop();
  }
}
