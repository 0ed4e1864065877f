import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it, vi } from 'vitest';
import { HeaderName } from '#lib/protocol/constants.ts';
import { isAlive } from '#scripts/process/is-alive.ts';
import { freePort, isAccepting, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';

const WAIT = { timeout: 60_000, interval: 20 };
const TEST_MS = 240_000;

/** The real launcher, as its user has it: its lines, its signals, its exit code. */
class RunningDemo {
  readonly lines: string[] = [];
  readonly port: number;
  readonly process: ChildProcess;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    const env = { ...process.env, PORT: String(port), KAFKA_BROKERS: testBrokers().join(',') };
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

  static async start(...args: string[]): Promise<RunningDemo> {
    if (!isBuildFresh()) await build(console.log);
    const demo = new RunningDemo(await freePort(), args);
    await demo.untilLine(/Ctrl-C ends everything/);
    return demo;
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** PID of a pod as it was told last. */
  pid(pod: string): number {
    const told = [...this.text.matchAll(new RegExp(`${pod} http://\\S+ \\(PID (\\d+)\\)`, 'g'))];
    return Number(told.at(-1)?.[1]);
  }

  async untilLine(pattern: RegExp): Promise<void> {
    await vi.waitFor(() => {
      if (this.process.exitCode !== null) throw new Error(`The demo has ended:\n${this.text}`);
      expect(this.text).toMatch(pattern);
    }, WAIT);
  }

  /** One poll through the balancer: which pod has answered. */
  async ask(): Promise<string> {
    const response = await fetch(`http://${LOOPBACK}:${this.port}/api/feeds/x/poll?waitMs=0`);
    expect(response.ok, `${response.status} ${await response.text()}`).toBe(true);
    return response.headers.get(HeaderName.pod) ?? '';
  }

  async exitCode(): Promise<number | null> {
    if (this.process.exitCode === null) await once(this.process, 'exit');
    return this.process.exitCode;
  }
}

function childrenOf(parent: number): number[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = all.map((line) => line.trim().split(/\s+/).map(Number));
  const own = pairs.filter(([, parentPid]) => parentPid === parent).map(([pid = 0]) => pid);
  return own.flatMap((pid) => [pid, ...childrenOf(pid)]);
}

describeWithBroker('the demo', () => {
  let demo: RunningDemo | undefined;

  // What it started dies with it.
  afterEach(() => void demo?.process.kill('SIGKILL'));

  it('answers from two pods behind one URL, goes on at each moment when one is killed, and starts it again', {
    timeout: TEST_MS,
  }, async () => {
    const running = await RunningDemo.start();
    demo = running;
    expect(running.text).toContain('2 pods (Kafka is real');
    expect(new Set([await running.ask(), await running.ask()])).toEqual(new Set(['pod-1', 'pod-2']));
    const killedPid = running.pid('pod-1');
    process.kill(killedPid, 'SIGKILL');
    const answeredBy: string[] = [];
    // Each question fails the test where it has no good answer.
    while (!running.text.includes('is started again') || answeredBy.at(-1) !== 'pod-1') {
      answeredBy.push(await running.ask());
    }
    expect(answeredBy).toContain('pod-2');
    expect(running.lines.filter((line) => line.includes('has ended'))).toHaveLength(1);
    expect(running.pid('pod-1')).not.toBe(killedPid);
    const started = childrenOf(running.process.pid ?? 0);
    expect(started).toEqual(expect.arrayContaining([running.pid('pod-1'), running.pid('pod-2')]));
    running.process.kill('SIGINT');
    expect(await running.exitCode()).toBe(0);
    // The compiler of its own TypeScript ends by itself, once nobody holds its input.
    await vi.waitFor(() => expect(started.filter(isAlive)).toEqual([]), WAIT);
    expect(await isAccepting(running.port)).toBe(false);
  });

  it('ends, and says why, when a pod ends again and again', { timeout: TEST_MS }, async () => {
    const running = await RunningDemo.start('--pods', '1');
    demo = running;
    const killed = new Set<number>();
    await vi.waitFor(() => {
      const pid = running.pid('pod-1');
      if (!killed.has(pid)) process.kill(pid, 'SIGKILL');
      killed.add(pid);
      expect(running.process.exitCode).toBe(1);
    }, WAIT);
    expect(running.text).toContain('The server ended by itself: pod-1, again and again: SIGKILL');
  });
});
