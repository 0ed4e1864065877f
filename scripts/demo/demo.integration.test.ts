import { execFileSync } from 'node:child_process';
import { afterEach, expect, it, vi } from 'vitest';
import { isAlive } from '#scripts/process/is-alive.ts';
import { isAccepting } from '#scripts/process/ports.ts';
import { RunningDemo } from '#scripts/testing/running-demo.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';

const WAIT = { timeout: 60_000, interval: 20 };
const TEST_MS = 240_000;

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
    const running = await RunningDemo.start(testBrokers());
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
    const running = await RunningDemo.start(testBrokers(), '--pods', '1');
    demo = running;
    const killed = new Set<number>();
    await vi.waitFor(() => {
      const pid = running.pid('pod-1');
      if (!killed.has(pid)) process.kill(pid, 'SIGKILL');
      killed.add(pid);
      expect(running.process.exitCode).toBe(1);
    }, WAIT);
    expect(running.text).toMatch(/The server ended by itself: pod-1-[0-9a-f]{4}, again and again: SIGKILL/);
  });
});
