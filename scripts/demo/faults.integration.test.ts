import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HeaderName } from '#lib/protocol/constants.ts';
import { CONTROL_TOPIC, type FaultOutcome, PODS_FEED, type PodFault } from '#lib/protocol/control.ts';
import { parseFaultOutcome, parsePodStatus } from '#lib/protocol/control-parse.ts';
import type { PollBody } from '#lib/protocol/events.ts';
import { FAULTS_URL, pollUrl } from '#lib/protocol/paths.ts';
import { RACE_FEEDS } from '#lib/protocol/race-feeds.ts';
import { isAlive } from '#scripts/process/is-alive.ts';
import { RunningDemo } from '#scripts/testing/running-demo.ts';
import { describeWithBroker, describeWithLocalKafka, testBrokers } from '#scripts/testing/test-broker.ts';

const WAIT = { timeout: 60_000, interval: 20 };
const TEST_MS = 240_000;

/** Polls one feed of a demo, and keeps what it is told. */
class FeedPoller {
  readonly values: unknown[] = [];
  readonly #url: string;
  readonly #id: string;
  readonly #options: { readonly topic?: string };
  #cursor: string | undefined;
  gaps = 0;

  constructor(demo: RunningDemo, id: string, topic?: string) {
    this.#url = demo.url;
    this.#options = topic === undefined ? {} : { topic };
    this.#id = id;
  }

  /** What has come since the last time; the first time, nothing. */
  async look(): Promise<readonly unknown[]> {
    const url = pollUrl(this.#id, 0, { ...this.#options, after: this.#cursor });
    const response = await fetch(this.#url + url);
    expect([200, 204]).toContain(response.status);
    if (response.status === 204) {
      this.#cursor = response.headers.get(HeaderName.cursor) ?? '';
      return this.values;
    }
    const { events, cursor } = (await response.json()) as PollBody;
    this.#cursor = cursor;
    for (const event of events) {
      if ('gap' in event) this.gaps += 1;
      else this.values.push(JSON.parse(event.data));
    }
    return this.values;
  }
}

function outcomesOf(values: readonly unknown[], id: string): FaultOutcome[] {
  return values.map(parseFaultOutcome).filter((outcome): outcome is FaultOutcome => outcome?.id === id);
}

async function order(demo: RunningDemo, fault: PodFault): Promise<{ status: number; id: string; code: string }> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ ...fault, id: randomUUID() });
  const send = () => fetch(demo.url + FAULTS_URL, { method: 'POST', headers, body });
  let response = await send();
  // As pages do it: the pod that takes the order may be killed by it before it answers.
  if (response.status === 502) response = await send();
  const { id = '', code = '' } = (await response.json()) as { id?: string; code?: string };
  return { status: response.status, id, code };
}

let demo: RunningDemo | undefined;
// What it started dies with it.
afterEach(() => void demo?.process.kill('SIGKILL'));

describeWithLocalKafka('the launcher of a demo with a broker of its own', () => {
  let running: RunningDemo;
  let control: FeedPoller;

  beforeEach(async () => {
    running = await RunningDemo.start([]);
    demo = running;
    control = new FeedPoller(running, PODS_FEED, CONTROL_TOPIC);
    await control.look();
  }, TEST_MS);

  const pidIn = (words: string | undefined): number => Number(/PID (\d+)/.exec(words ?? '')?.[1]);
  const untilState = (id: string, state: FaultOutcome['state']) =>
    vi.waitFor(async () => expect(outcomesOf(await control.look(), id).at(-1)).toMatchObject({ state }), WAIT);
  const untilHeard = (pod: string) =>
    vi.waitFor(async () => {
      const names = (await control.look()).map((value) => parsePodStatus(value)?.pod);
      expect(names).toContain(pod);
    }, WAIT);

  it('kills the pod and the broker that it is asked to, for real, starts both again, and no event of a feed is lost', {
    timeout: TEST_MS,
  }, async () => {
    const race = new FeedPoller(running, RACE_FEEDS.steady);
    await race.look();
    await untilHeard('pod-1');
    const podPid = running.pid('pod-1');
    const kill = await order(running, { kind: 'kill-pod', pod: 'pod-1' });
    expect(kill.status).toBe(202);
    await untilState(kill.id, 'done');
    const [killed, back] = outcomesOf(control.values, kill.id);
    expect(killed).toMatchObject({ by: 'launcher', state: 'begun', words: expect.stringContaining('SIGKILL') });
    expect(pidIn(killed?.words)).toBe(podPid);
    expect(isAlive(podPid)).toBe(false);
    expect(pidIn(back?.words)).toBe(running.pid('pod-1'));
    expect(running.pid('pod-1')).not.toBe(podPid);

    const outage = await order(running, { kind: 'kill-broker', forMs: 1_000 });
    expect(outage.status).toBe(202);
    await vi.waitFor(() => expect(running.text).toContain('The broker answers again'), WAIT);
    await untilState(outage.id, 'done');
    const [away] = outcomesOf(control.values, outage.id);
    const brokerPid = pidIn(away?.words);
    if (Number.isFinite(brokerPid)) expect(isAlive(brokerPid)).toBe(false);

    // What was produced during the outage comes after it.
    const count = (await race.look()).length;
    await vi.waitFor(async () => expect((await race.look()).length).toBeGreaterThan(count + 20), WAIT);
    const seqs = race.values.map((value) => (value as { seq: number }).seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    expect(race.gaps).toBe(0);
    running.process.kill('SIGINT');
    expect(await running.exitCode()).toBe(0);
  });

  it('ends with all that it has started when it is told to while the broker is away', {
    timeout: TEST_MS,
  }, async () => {
    await untilHeard('pod-1');
    const outage = await order(running, { kind: 'kill-broker', forMs: 60_000 });
    expect(outage.status).toBe(202);
    await running.untilLine(/is killed with SIGKILL, and started again after 60 s/);
    running.process.kill('SIGINT');
    expect(await running.exitCode()).toBe(0);
    expect(running.text).toContain('Everything has ended.');
  });
});

describeWithBroker('the launcher of a demo on a given broker', () => {
  it('has pods of names that no other demo there has, and refuses to kill a broker that is not its own', {
    timeout: TEST_MS,
  }, async () => {
    const running = await RunningDemo.start(testBrokers(), '--pods', '1');
    demo = running;
    const status = (await (await fetch(`${running.url}/api/status`)).json()) as unknown;
    const own = parsePodStatus(status);
    expect(own?.pod).toMatch(/^pod-1-[0-9a-f]{4}$/);
    expect(own?.abilities).toEqual(['kill-pod']);
    expect(await order(running, { kind: 'kill-broker', forMs: 1_000 })).toMatchObject({
      status: 409,
      code: 'fault-impossible',
    });
    expect(await order(running, { kind: 'kill-pod', pod: 'pod-1' })).toMatchObject({
      status: 409,
      code: 'pod-unknown',
    });
    running.process.kill('SIGINT');
    expect(await running.exitCode()).toBe(0);
  });
});
