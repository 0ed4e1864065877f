import type { Cast } from './cast.ts';
import { pickFrom, type Random, seededRandom, wholeBetween } from './random.ts';

/**
 * What befalls one client. A `cut` ends its connection between any two bytes of the next part that comes (`share` of
 * its length are still taken): by the client's own end, or in the network. After `mute` nothing comes or goes any more,
 * and nobody says so. A `pause` takes nothing from the socket for a while; a `sleep` closes it and stays away.
 */
export type Mishap = { readonly atMs: number; readonly client: string } & (
  | { readonly act: 'cut'; readonly by: 'client' | 'network'; readonly share: number }
  | { readonly act: 'mute' }
  | { readonly act: 'pause' | 'sleep'; readonly forMs: number }
);

export const KILL_TARGETS = ['pod-1', 'pod-2', 'broker'] as const;
export type KillTarget = (typeof KILL_TARGETS)[number];

/** SIGKILL, `awayMs` of nothing, start again. */
export interface Kill {
  /** At the earliest: a kill waits until the one before it has been lived through. */
  readonly atMs: number;
  readonly target: KillTarget;
  readonly awayMs: number;
}

/** Times count from the first record. */
export interface Plan {
  readonly mishaps: readonly Mishap[];
  readonly kills: readonly Kill[];
}

export interface PlanOptions {
  readonly seed: string;
  readonly seconds: number;
  readonly cutsPerSecond: number;
  readonly cast: Cast;
  readonly targets: readonly KillTarget[];
}

/** The kills may take longer than the run was meant to: mishaps go on until they are lived through. */
const OVERTIME_MS = 60_000;
const BROKER_AWAY_MS = 5_000;
const MUTES_SHARE = 0.06;
const OWN_CUTS_SHARE = 0.5;
const PAUSE_EVERY_MS = 1_500;
const SLEEP_EVERY_MS = 1_200;

/** Everything that will happen, from the seed alone. */
export function planChaos({ seed, seconds, cutsPerSecond, cast, targets }: PlanOptions): Plan {
  const durationMs = seconds * 1000 + OVERTIME_MS;
  const ours = cast.ours.map(({ name }) => name);
  const everyone = [...ours, ...cast.articles.map(({ name }) => name)];
  const ofKind = (kind: string): string[] => cast.ours.filter((spec) => spec.kind === kind).map(({ name }) => name);
  const cuts = (random: Random) =>
    momentsOf(random, 1000 / cutsPerSecond, durationMs).map((atMs): Mishap => {
      // The article's way has no sign of life: mute, it would hear nothing for ever, and its loss would be no measure.
      if (random() < MUTES_SHARE) return { atMs, client: pickFrom(random, ours), act: 'mute' };
      const by = random() < OWN_CUTS_SHARE ? 'client' : 'network';
      return { atMs, client: pickFrom(random, everyone), act: 'cut', by, share: random() };
    });
  const spells = (random: Random, act: 'pause' | 'sleep', names: readonly string[], everyMs: number) =>
    (names.length === 0 ? [] : momentsOf(random, everyMs, durationMs)).map(
      (atMs): Mishap => ({ atMs, client: pickFrom(random, names), act, forMs: wholeBetween(random, 1_000, 5_000) }),
    );
  const mishaps = [
    ...cuts(seededRandom(`${seed} cuts`)),
    ...spells(seededRandom(`${seed} pauses`), 'pause', ofKind('slow'), PAUSE_EVERY_MS),
    ...spells(seededRandom(`${seed} sleeps`), 'sleep', ofKind('sleeper'), SLEEP_EVERY_MS),
  ].sort((a, b) => a.atMs - b.atMs);
  return { mishaps, kills: planKills(seededRandom(`${seed} kills`), seconds, targets) };
}

/** Spread over the run, with time behind the last one. */
function planKills(random: Random, seconds: number, targets: readonly KillTarget[]): Kill[] {
  return targets.map((target, index) => ({
    atMs: Math.round(seconds * 1000 * (0.08 + (0.8 * index) / targets.length)),
    target,
    awayMs: target === 'broker' ? BROKER_AWAY_MS : wholeBetween(random, 200, 1_500),
  }));
}

/** Moments that come as cars on a road do: at a mean distance, and independent of each other. */
function momentsOf(random: Random, meanMs: number, untilMs: number): number[] {
  const moments: number[] = [];
  for (let atMs = 0; ; ) {
    atMs += Math.ceil(-Math.log(1 - random()) * meanMs);
    if (atMs >= untilMs) return moments;
    moments.push(atMs);
  }
}
