import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HeaderName } from '#lib/protocol/constants.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';

const WAIT = { timeoutMs: 60_000, intervalMs: 20 };
/** The first one on a machine fetches its Kafka. */
const START_TIMEOUT_MS = 180_000;

interface DemoPorts {
  readonly balancer: number;
  readonly kafka: number;
}

/** The real launcher, as its user has it: its lines, its signals, its exit code. */
export class RunningDemo {
  readonly lines: string[] = [];
  readonly port: number;
  readonly process: ChildProcess;

  private constructor(ports: DemoPorts, args: readonly string[], brokers: readonly string[]) {
    this.port = ports.balancer;
    const env = {
      ...process.env,
      PORT: String(ports.balancer),
      // Of its own: while its broker is killed, no other demo takes its port.
      KAFKA_PORT: String(ports.kafka),
      KAFKA_BROKERS: brokers.join(','),
    };
    // Run by npm, the launcher would watch for the end of a parent that it does not have here.
    const launcher = spawn(process.execPath, [join(ROOT, 'scripts', 'demo.mjs'), '--no-open', ...args], {
      env: { ...env, npm_lifecycle_event: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = launcher;
    for (const input of [launcher.stdout, launcher.stderr]) {
      createInterface({ input }).on('line', (line) => this.lines.push(line));
    }
  }

  /** @param brokers none: it starts one of its own */
  static async start(brokers: readonly string[], ...args: string[]): Promise<RunningDemo> {
    if (!isBuildFresh()) await build(console.log);
    const demo = new RunningDemo({ balancer: await freePort(), kafka: await freePort() }, args, brokers);
    await demo.untilLine(/Ctrl-C ends everything/, START_TIMEOUT_MS);
    return demo;
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** PID of a pod as it was told last. */
  pid(pod: string): number {
    const told = [...this.text.matchAll(new RegExp(`${pod}\\S* http://\\S+ \\(PID (\\d+)\\)`, 'g'))];
    return Number(told.at(-1)?.[1]);
  }

  async untilLine(pattern: RegExp, timeoutMs = WAIT.timeoutMs): Promise<void> {
    const failure = () => (this.process.exitCode === null ? undefined : `The demo has ended:\n${this.text}`);
    const wait = { ...WAIT, timeoutMs, failure };
    await waitUntil(`The line ${pattern}`, async () => pattern.test(this.text) || undefined, wait);
  }

  get url(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  /** One poll through the balancer: which pod has answered, without what makes its name its demo's own. */
  async ask(): Promise<string> {
    const response = await fetch(`${this.url}/api/feeds/x/poll?waitMs=0`);
    if (!response.ok) throw new Error(`A poll was answered ${response.status}: ${await response.text()}`);
    return /^pod-\d/.exec(response.headers.get(HeaderName.pod) ?? '')?.[0] ?? '';
  }

  async exitCode(): Promise<number | null> {
    if (this.process.exitCode === null) await once(this.process, 'exit');
    return this.process.exitCode;
  }
}
