import { setTimeout as delay } from 'node:timers/promises';
import type { Tally } from './event-checker.ts';
import { Histogram } from './histogram.ts';
import { nowUs, type payloadMaker } from './payload.ts';
import type { LoadResult, LoadSpec } from './protocol.ts';
import type { OutEvent, Publisher } from './publisher.ts';
import type { StreamConnection } from './stream-connection.ts';

/** Above 200 events a second they go out in batches, as a producer with some linger makes them. */
const TICK_MS = 5;
const IN_FLIGHT_MAX = 64;
/** How long the last events may take to come. */
const GRACE_MS = 15_000;
const LOOK_MS = 5;

export interface LoadParts {
  readonly publisher: Publisher;
  readonly makePayload: ReturnType<typeof payloadMaker>;
  readonly connections: readonly StreamConnection[];
  readonly tally: Tally;
  /** The newest seq of each ID. */
  readonly seqs: Map<string, number>;
}

/** Produces at a steady pace, and waits until every stream has got every event. */
export async function runLoad(spec: LoadSpec, parts: LoadParts): Promise<LoadResult> {
  const { tally, connections } = parts;
  const watchers = watchersById(connections);
  const faultsBefore = tally.faults;
  const eventsBefore = tally.events;
  const cpuBefore = process.cpuUsage();
  const startedAtMs = performance.now();
  tally.latency.clear();
  tally.measuredFromUs = nowUs();
  const { produced, producedInMs, acceptedP99Ms } = await produce(spec, parts);
  const expected = expectedDeliveries(spec, produced, watchers);
  const isThere = (): boolean => connections.every(({ id, checker }) => checker.lastSeq === (parts.seqs.get(id) ?? 0));
  await arrival(() => isThere() || tally.faults > faultsBefore, GRACE_MS);
  const tookMs = performance.now() - startedAtMs;
  const cpu = process.cpuUsage(cpuBefore);
  for (const { id, checker } of connections) {
    const due = parts.seqs.get(id) ?? 0;
    if (checker.lastSeq !== due)
      tally.addFault(`a stream of ${id} has got no further than ${checker.lastSeq} of ${due}`);
  }
  const deliveries = tally.events - eventsBefore;
  return {
    produced,
    deliveries,
    expected,
    tookMs,
    producedPerSecond: (produced * 1000) / producedInMs,
    acceptedP99Ms,
    latency: {
      p50Ms: quantileMs(tally.latency, 0.5),
      p99Ms: quantileMs(tally.latency, 0.99),
      maxMs: tally.latency.maxUs / 1000,
    },
    faults: tally.faults > faultsBefore ? tally.faultTexts.slice() : [],
    driverBusy: (cpu.user + cpu.system) / 1000 / tookMs,
  };
}

interface Produced {
  readonly produced: number;
  readonly producedInMs: number;
  readonly acceptedP99Ms: number;
}

async function produce(spec: LoadSpec, parts: LoadParts): Promise<Produced> {
  const { perSecond, seconds } = spec;
  const total = Math.round(perSecond * seconds);
  const inFlight = new Set<Promise<void>>();
  const acceptance = new Histogram();
  const failures: Error[] = [];
  const startedAtMs = performance.now();
  let produced = 0;
  while (produced < total && failures.length === 0) {
    const elapsedMs = performance.now() - startedAtMs;
    const due = Math.min(total, Math.floor((elapsedMs * perSecond) / 1000) + 1);
    if (due > produced) {
      const givenAtMs = performance.now();
      const sending: Promise<void> = parts.publisher
        .publish(nextEvents(spec, parts, produced, due - produced))
        .catch((error: Error) => {
          failures.push(error);
        })
        .finally(() => {
          inFlight.delete(sending);
          acceptance.add((performance.now() - givenAtMs) * 1000);
        });
      inFlight.add(sending);
      produced = due;
    }
    if (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight);
    const nextDueMs = startedAtMs + (produced * 1000) / perSecond;
    await delay(Math.max(TICK_MS, nextDueMs - performance.now()));
  }
  await Promise.all(inFlight);
  if (failures[0] !== undefined) throw failures[0];
  const acceptedP99Ms = quantileMs(acceptance, 0.99);
  return { produced, producedInMs: performance.now() - startedAtMs, acceptedP99Ms };
}

function nextEvents({ ids }: LoadSpec, { seqs, makePayload }: LoadParts, from: number, count: number): OutEvent[] {
  const atUs = nowUs();
  return Array.from({ length: count }, (_, index) => {
    const id = ids[(from + index) % ids.length] as string;
    const seq = (seqs.get(id) ?? 0) + 1;
    seqs.set(id, seq);
    return { id, value: makePayload(seq, atUs) };
  });
}

function expectedDeliveries({ ids }: LoadSpec, produced: number, watchers: ReadonlyMap<string, number>): number {
  let expected = 0;
  ids.forEach((id, index) => {
    const events = Math.floor(produced / ids.length) + (index < produced % ids.length ? 1 : 0);
    expected += events * (watchers.get(id) ?? 0);
  });
  return expected;
}

function watchersById(connections: readonly StreamConnection[]): ReadonlyMap<string, number> {
  const watchers = new Map<string, number>();
  for (const { id } of connections) watchers.set(id, (watchers.get(id) ?? 0) + 1);
  return watchers;
}

async function arrival(isThere: () => boolean, timeoutMs: number): Promise<void> {
  const endsAtMs = performance.now() + timeoutMs;
  while (!isThere() && performance.now() < endsAtMs) await delay(LOOK_MS);
}

function quantileMs(times: Histogram, share: number): number {
  return (times.quantileUs(share) ?? Number.NaN) / 1000;
}
