import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '#scripts/process/is-alive.ts';
import { isAccepting } from '#scripts/process/ports.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import type { Client } from './client.ts';
import type { Load } from './load.ts';
import type { Pod } from './pod.ts';
import { type Revival, revivalOf } from './revival.ts';
import type { Kill } from './schedule.ts';
import type { Stack } from './stack.ts';

/** A kill, and the proof that it was one. */
export interface KillReport {
  readonly target: string;
  readonly pid: number;
  /** The process is gone, and nothing accepts on its port. */
  readonly isDone: boolean;
  /** What showed it to others: clients whose connection broke, or the time without a stored record. */
  readonly isSeen: boolean;
  readonly seen: string;
  /** From its start until a pod is ready, or the broker accepts connections, ms. */
  readonly startMs: number;
  /** Counted from the kill of a pod; of the broker, from the moment at which it accepts connections again. */
  readonly revival: Revival;
  /** Of a broker: from that moment to an answer for metadata, and to the first record that it has stored, ms. */
  readonly phases?: { readonly metadataMs: number; readonly storedMs: number };
}

export interface Scene {
  readonly stack: Stack;
  /** Those that keep a cursor: the article's way is not asked for anything here. */
  readonly ours: readonly Client[];
  readonly load: Load;
  readonly signal: AbortSignal;
}

/** A cut that its client does not see within this time was none. */
const SEEN_WITHIN_MS = 5_000;
const REVIVAL_LIMIT_MS = 60_000;
const ACCEPT_POLL_MS = 5;

/** SIGKILL, the time away, the start, and the way back to life of every client. @throws when the run is aborted */
export function carryOut(kill: Kill, scene: Scene): Promise<KillReport> {
  if (kill.target === 'broker') return killBroker(kill, scene);
  const pod = scene.stack.pods.find(({ name }) => name === kill.target);
  if (pod === undefined) throw new Error(`There is no ${kill.target} to be killed.`);
  return killPod(kill, pod, scene);
}

async function killPod({ target, awayMs }: Kill, pod: Pod, { ours, signal }: Scene): Promise<KillReport> {
  const { pid } = pod;
  const onIt = ours.filter(({ visit }) => visit?.pod === target && !visit.exchange.isOver);
  const broken = Promise.all(onIt.map(({ visit }) => visit?.ended));
  const killedAtMs = Date.now();
  await pod.kill();
  const isDone = !isAlive(pid) && !(await isAccepting(Number(new URL(pod.url).port)));
  const areBroken = await Promise.race([broken.then(() => true), delay(SEEN_WITHIN_MS, false)]);
  await delay(awayMs, undefined, { signal });
  const startedAtMs = Date.now();
  await pod.start();
  await pod.untilReady();
  const startMs = Date.now() - startedAtMs;
  const revival = await untilAlive(onIt, killedAtMs, signal);
  const seen = `${onIt.length} connections broke`;
  return { target, pid, isDone, isSeen: onIt.length > 0 && areBroken, seen, startMs, revival };
}

async function killBroker({ target, awayMs }: Kill, { stack, ours, load, signal }: Scene): Promise<KillReport> {
  const { kafka } = stack;
  const killedAtMs = Date.now();
  await kafka.kill();
  const isDone = !isAlive(kafka.pid) && !(await isAccepting(kafka.port));
  await delay(awayMs, undefined, { signal });
  const startedAtMs = Date.now();
  const restarted = kafka.restart();
  const acceptsAtMs = await Promise.race([firstAccept(kafka.port), restarted.then(() => Date.now())]);
  stack.kafka = await restarted;
  const metadataAtMs = Date.now();
  const revival = await untilAlive(ours, acceptsAtMs, signal);
  const storedAtMs = load.acksAtMs.find((atMs) => atMs >= acceptsAtMs) ?? Number.NaN;
  const silenceMs = load.longestSilenceMs(killedAtMs, Date.now());
  return {
    target,
    pid: kafka.pid,
    isDone,
    isSeen: silenceMs >= awayMs,
    seen: `nothing stored for ${(silenceMs / 1000).toFixed(1)} s`,
    startMs: acceptsAtMs - startedAtMs,
    revival,
    phases: { metadataMs: metadataAtMs - acceptsAtMs, storedMs: storedAtMs - acceptsAtMs },
  };
}

/** Waits until each of them has been given something that was produced since then; who never is shows as infinite. */
async function untilAlive(clients: readonly Client[], sinceMs: number, signal: AbortSignal): Promise<Revival> {
  const revival = (): Revival => revivalOf(clients, sinceMs);
  const areAlive = async () => (Number.isFinite(revival().maxMs) ? true : undefined);
  const options = { timeoutMs: REVIVAL_LIMIT_MS, intervalMs: 50, signal };
  // Who has not come back by then is told by the numbers.
  await waitUntil('Every client being live again', areAlive, options).catch(() => signal.throwIfAborted());
  return revival();
}

async function firstAccept(port: number): Promise<number> {
  while (!(await isAccepting(port))) await delay(ACCEPT_POLL_MS);
  return Date.now();
}
