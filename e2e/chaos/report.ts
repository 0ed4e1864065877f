import { CLIENT_KINDS, type ClientKind } from './cast.ts';
import type { KillReport } from './kills.ts';
import { type ChaosOptions, commandOf } from './options.ts';
import type { ChaosResult } from './run-chaos.ts';
import { type ClientVerdict, faultText, isClean } from './verdict.ts';

/** Sums over clients. */
export interface Totals {
  readonly clients: number;
  readonly due: number;
  readonly delivered: number;
  readonly missing: number;
  readonly repeated: number;
  readonly outOfOrder: number;
  readonly unknown: number;
  readonly gaps: number;
  readonly readBack: number;
}

export function totalsOf(verdicts: readonly ClientVerdict[]): Totals {
  const sum = (read: (verdict: ClientVerdict) => number): number => verdicts.reduce((all, each) => all + read(each), 0);
  return {
    clients: verdicts.length,
    due: sum(({ expected }) => expected.length),
    delivered: sum(({ delivered }) => delivered.length),
    missing: sum(({ missing }) => missing),
    repeated: sum(({ repeated }) => repeated),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
    unknown: sum(({ unknown }) => unknown),
    gaps: sum(({ gaps }) => gaps),
    readBack: sum(({ readBack }) => readBack),
  };
}

export function oursOf({ verdicts }: ChaosResult): ClientVerdict[] {
  return verdicts.filter(({ kind }) => kind !== 'article');
}

export function articlesOf({ verdicts }: ChaosResult): ClientVerdict[] {
  return verdicts.filter(({ kind }) => kind === 'article');
}

/** Why the run is not good, in words; empty when it is. */
export function faultsOf(result: ChaosResult, { atLeast, liveAgainMaxMs, targets }: ChaosOptions): string[] {
  const faults: string[] = [];
  const bad = oursOf(result).filter((verdict) => !isClean(verdict));
  const [first] = bad;
  if (first !== undefined) faults.push(`${bad.length} clients were not given what is due. ${faultText(first)}`);
  const article = totalsOf(articlesOf(result));
  if (article.missing === 0) faults.push('The article’s way lost nothing: the run shows nothing.');
  if (article.unknown > 0) faults.push('The article’s way gave what the log does not hold: its loss is no measure.');
  if (result.produced < atLeast.records) faults.push(`Only ${result.produced} records: ${atLeast.records} are needed.`);
  if (result.cuts < atLeast.cuts) faults.push(`Only ${result.cuts} cuts: ${atLeast.cuts} are needed.`);
  if (result.kills.length < targets.length) faults.push(`Only ${result.kills.length} of ${targets.length} kills.`);
  for (const kill of result.kills) faults.push(...faultsOfKill(kill, liveAgainMaxMs));
  return faults;
}

function faultsOfKill({ target, isDone, isSeen, seen, revival }: KillReport, liveAgainMaxMs: number): string[] {
  const faults: string[] = [];
  if (!isDone) faults.push(`${target} was not gone after its kill.`);
  if (!isSeen) faults.push(`Nobody saw the kill of ${target}: ${seen}.`);
  if (!Number.isFinite(revival.maxMs)) faults.push(`After the kill of ${target}, ${revival.last} never came back.`);
  else if (target === 'broker' && revival.maxMs > liveAgainMaxMs) {
    faults.push(`Live again only ${seconds(revival.maxMs)} after the broker: ${revival.last} was the last.`);
  }
  return faults;
}

/** The tables. */
export function printResult(result: ChaosResult): void {
  const ofKind = (kind: ClientKind): Totals => totalsOf(result.verdicts.filter((verdict) => verdict.kind === kind));
  const kinds = CLIENT_KINDS.filter((kind) => kind !== 'article').map((kind): [string, Totals] => [kind, ofKind(kind)]);
  const sums: [string, Totals][] = [
    ['all with a cursor', totalsOf(oursOf(result))],
    ['the article’s way', ofKind('article')],
  ];
  console.table(Object.fromEntries([...kinds, ...sums]));
  console.table(
    Object.fromEntries(
      result.kills.map(({ target, pid, isDone, seen, startMs, revival, phases }) => [
        target,
        {
          'kill -9 of': pid,
          gone: isDone,
          seen,
          'start took': seconds(startMs),
          'clients waited for': revival.clients,
          'live again, median': seconds(revival.medianMs),
          'live again, max': seconds(revival.maxMs),
          'metadata after': phases === undefined ? '' : seconds(phases.metadataMs),
          'first record stored after': phases === undefined ? '' : seconds(phases.storedMs),
        },
      ]),
    ),
  );
  const { produced, cuts, mutes, visits } = result;
  console.log(`${produced} records stored; ${cuts} cuts, ${mutes} of them silent; ${visits} connections.`);
  console.log('Live again: of a pod, from its kill; of the broker, from the moment it accepts connections again.');
}

/** The same as one line of JSON. */
export function jsonOf(result: ChaosResult, options: ChaosOptions, faults: readonly string[]): string {
  const { produced, cuts, mutes, visits, kills } = result;
  const { seed, isStock } = options;
  const ours = totalsOf(oursOf(result));
  const article = totalsOf(articlesOf(result));
  const isGood = faults.length === 0;
  return JSON.stringify({ seed, isGood, isStock, produced, cuts, mutes, visits, ours, article, kills });
}

/** What is wrong, and how to see it again. */
export function printFaults(faults: readonly string[], options: ChaosOptions): void {
  for (const fault of faults) console.error(`FAILED: ${fault}`);
  if (faults.length > 0) console.error(`Seed ${options.seed}. Again: ${commandOf(options)}`);
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : 'never';
}
