import { RestartBudget } from '#scripts/demo/restart-budget.ts';
import type { Part } from '#scripts/process/part.ts';
import { LOOPBACK } from '#scripts/process/ports.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import { type ServerOptions, startServer, untilReady } from '#scripts/server/start-server.ts';

export type PodOptions = Required<Pick<ServerOptions, 'name' | 'port' | 'env' | 'logFile'>>;

/** Kafka may be away as long as a fault may last, and takes its time to come back. */
const BACK_TIMEOUT_MS = 180_000;

/** One pod of the demo. Who kills it does so on purpose: it is started again, at the same place. */
export class Pod {
  readonly url: string;
  /** Resolves with the reason and the last log lines when it ends again and again. */
  readonly exited: Promise<string>;
  readonly #options: PodOptions;
  readonly #budget = new RestartBudget();
  #part: Part;
  #readyAtMs: number | undefined;
  #isEnding = false;
  /** PID of the process that is killed on purpose. */
  #crashedPid: number | undefined;
  #giveUp: (reason: string) => void = () => undefined;

  private constructor(options: PodOptions, part: Part) {
    this.#options = options;
    this.url = `http://${LOOPBACK}:${options.port}`;
    this.#part = part;
    this.exited = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
  }

  /** Starts it; it may not be ready yet. */
  static async start(options: PodOptions): Promise<Pod> {
    return new Pod(options, await startServer(options));
  }

  /**
   * Waits until it is ready, and from then on starts it again whenever it ends.
   *
   * @throws Error with its last lines where it ends before
   */
  async untilReady(): Promise<void> {
    await this.#ready();
    this.#watch();
  }

  /** Lets it drain. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    await this.#part.stop();
  }

  async kill(): Promise<void> {
    this.#isEnding = true;
    await this.#part.kill();
  }

  /**
   * SIGKILL on purpose: it is started again like after any other end, and however often that is.
   *
   * @returns whom it has killed, and who is ready in its place
   * @throws Error where it is just being started
   */
  async crash(): Promise<{ readonly pid: number; readonly back: Promise<number> }> {
    if (!this.isReady || !this.#part.isRunning()) throw new Error(`${this.#options.name} is just being started`);
    const { pid } = this.#part;
    this.#crashedPid = pid;
    await this.#part.kill();
    const isBack = async () => (this.isReady && this.#part.pid !== pid ? this.#part.pid : undefined);
    return { pid, back: waitUntil(`${this.#options.name} being ready again`, isBack, { timeoutMs: BACK_TIMEOUT_MS }) };
  }

  get name(): string {
    return this.#options.name;
  }

  /** Where it is, and whom to kill, for people. */
  get place(): string {
    return `${this.#options.name} ${this.url} (PID ${this.#part.pid})`;
  }

  /** Whether it has been ready since it was started. */
  get isReady(): boolean {
    return this.#readyAtMs !== undefined;
  }

  async #ready(): Promise<void> {
    await untilReady(this.#part, this.url);
    this.#readyAtMs = Date.now();
  }

  #watch(): void {
    void this.#part.exited.then(({ reason }) =>
      this.#onEnd(reason).catch((error: Error) => this.#giveUp(error.message)),
    );
  }

  async #onEnd(reason: string): Promise<void> {
    if (this.#isEnding) return;
    const { name } = this.#options;
    const usefulMs = this.#readyAtMs === undefined ? 0 : Date.now() - this.#readyAtMs;
    const isOnPurpose = this.#part.pid === this.#crashedPid;
    if (!isOnPurpose && !this.#budget.mayRestart(usefulMs)) {
      this.#giveUp(`${name}, again and again: ${reason}\n${this.#part.lastLines().join('\n')}`);
      return;
    }
    this.#readyAtMs = undefined;
    this.#part = await startServer({ ...this.#options, isLogContinued: true });
    console.log(`A pod has ended (${reason}) and is started again: ${this.place}`);
    this.#watch();
    // It may have been told to end while it was being started.
    if (this.#isEnding) await this.#part.kill();
    await this.#untilReadyAgain(this.#part);
  }

  /** However long Kafka may be away: only its end is the end of waiting. */
  async #untilReadyAgain(part: Part): Promise<void> {
    while (part.isRunning() && !this.isReady) await this.#ready().catch(() => undefined);
  }
}
