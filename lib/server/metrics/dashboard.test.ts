import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '#scripts/process/root.ts';
import { parseConfig } from '../config.ts';
import { Hub } from '../hub/hub.ts';
import { Limits } from '../limits/limits.ts';
import { Sockets } from '../limits/sockets.ts';
import { MemoryLog } from '../record-log/memory-log.ts';
import { Polls } from '../transport/polls.ts';
import { Streams } from '../transport/streams.ts';
import { createMetrics } from './metrics.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

const { panels } = JSON.parse(readFileSync(`${ROOT}/docker/grafana/feedline.json`, 'utf8')) as Dashboard;
const charts = panels.filter(({ type }) => type !== 'row');
const queries = charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** The text of `/metrics` of a pod in the demo. */
function renderMetrics(): Promise<string> {
  const recordLog = new MemoryLog({ topics: ['orders'] });
  const pod = 'pod-1';
  const now = Date.now;
  const hub = new Hub({
    pod,
    ring: { frames: 1, bytes: 1 },
    ringTotalBytes: 10_000_000,
    idleRingBytes: 0,
    lingerMs: 0,
    directorySize: 1,
    partitionerOf: () => 'murmur2',
    feedEndOf: () => 'header',
    history: recordLog,
    beginRecordsMax: 0,
    now,
  });
  const settings = { pingMs: 1, watchdogMs: 3, maxAgeMs: 3, stallMs: 1, drainMs: 0, sink: 'direct' as const };
  const { limits } = parseConfig({ AUTH: 'none', RECORD_LOG: 'memory' });
  return createMetrics({
    pod,
    hubStats: () => hub.stats(),
    recordLogStatus: () => recordLog.status(),
    historyStats: () => recordLog.historyStats(),
    streams: new Streams({ onError: () => undefined, hub, pod, recordLog: 'memory', settings, now, random: () => 0 }),
    limits: new Limits(limits, { now, random: () => 0 }),
    sockets: new Sockets({ limits, now }),
    polls: new Polls({ hub, pod, whyNotReady: () => '', now }),
    articleListeners: () => 0,
  }).render();
}

describe('the dashboard', () => {
  let metrics: ReadonlyMap<string, string>;

  beforeAll(async () => {
    metrics = new Map(
      [...(await renderMetrics()).matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    );
  });

  /** The names of metrics in a query: what is neither a function, nor a label, nor a range. */
  const metricsOf = (query: string) => query.match(/\b[a-z]+_\w+\b/g) ?? [];

  it('shows metrics that exist, in every chart', () => {
    expect(charts.length).toBeGreaterThan(10);
    for (const { title, targets = [] } of charts) {
      const names = targets.flatMap(({ expr }) => metricsOf(expr));
      expect(names, title).not.toEqual([]);
      for (const name of names) expect(metrics.has(name), `${title}: ${name}`).toBe(true);
    }
  });

  it('shows every metric of our own', () => {
    const own = [...metrics.keys()].filter((name) => name.startsWith('feedline_'));
    expect(own.length).toBeGreaterThan(10);
    const shown = new Set(queries.flatMap(metricsOf));
    expect(own.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('asks for a rate of every counter, and of no gauge', () => {
    for (const query of queries) {
      for (const name of metricsOf(query)) {
        const isRate = new RegExp(`(rate|increase)\\(${name}\\[`).test(query);
        expect(isRate, query).toBe(metrics.get(name) === 'counter');
      }
    }
  });

  it('gives each chart a place of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos, title } of panels) expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
  });
});
