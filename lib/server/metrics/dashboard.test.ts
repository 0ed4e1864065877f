import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '#scripts/process/root.ts';
import { parseConfig } from '../config.ts';
import { Hub } from '../hub/hub.ts';
import { Limits } from '../limits/limits.ts';
import { Sockets } from '../limits/sockets.ts';
import { readinessOf } from '../readiness.ts';
import { MemoryLog } from '../record-log/memory-log.ts';
import { keyedTopics } from '../record-log/record-id.ts';
import { Polls } from '../transport/polls.ts';
import { Streams } from '../transport/streams.ts';
import { EventLoopDelay } from './event-loop-delay.ts';
import { createMetrics } from './metrics.ts';
import { ReadingProgress } from './reading-progress.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly summary: string };
    }[];
  }[];
}

interface Compose {
  readonly services: {
    readonly prometheus: { readonly configs: readonly { readonly source: string; readonly target: string }[] };
  };
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
    recordIdIn: keyedTopics,
    feedEndOf: () => 'header',
    history: recordLog,
    beginRecordsMax: 0,
    now,
  });
  const settings = { pingMs: 1, watchdogMs: 3, maxAgeMs: 3, stallMs: 1, drainMs: 0, sink: 'direct' as const };
  const { limits, auth } = parseConfig({ AUTH: 'none', RECORD_LOG: 'memory' });
  return createMetrics({
    pod,
    version: '1.0.0',
    hubStats: () => hub.stats(),
    tally: hub.tally,
    recordLog,
    progress: new ReadingProgress(['orders'], now),
    readiness: () =>
      readinessOf({ config: { pod, topics: ['orders'], isDemo: true, auth }, recordLog, isDraining: false }),
    eventLoopDelay: new EventLoopDelay(),
    problems: () => new Map(),
    streams: new Streams({ onError: () => undefined, hub, pod, recordLog: 'memory', settings, now, random: () => 0 }),
    limits: new Limits(limits, { now, random: () => 0 }),
    sockets: new Sockets({ limits, now }),
    polls: new Polls({ hub, pod, whyNotReady: () => '', now }),
    articleListeners: () => 0,
  }).render();
}

let metrics: ReadonlyMap<string, string>;

beforeAll(async () => {
  metrics = new Map(
    [...(await renderMetrics()).matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
});

/** The names of series in a query: what is neither a function, nor a label, nor a range. */
const seriesOf = (query: string) => query.match(/\b[a-z]+_\w+\b(?!\()/g) ?? [];
/** A histogram has its series under names of their own. */
const metricOf = (series: string) => {
  const name = series.replace(/_(bucket|sum|count)$/, '');
  return metrics.get(name) === 'histogram' ? name : series;
};
const metricsOf = (query: string) => seriesOf(query).map(metricOf);

/** Whether what changes is asked for as a rate, and what does not is not. */
function expectRates(query: string): void {
  for (const series of seriesOf(query)) {
    const isRate = new RegExp(`(rate|increase)\\(${series}(\\{[^}]*\\})?\\[`).test(query);
    const type = metrics.get(metricOf(series));
    expect(isRate, query).toBe(type !== 'gauge');
    const isQuantile = /^histogram_quantile\(0\.\d+, sum by \(le(, \w+)*\) \(rate\(\w+_bucket\[/.test(query);
    expect(isQuantile, query).toBe(type === 'histogram');
  }
}

describe('the dashboard', () => {
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

  it('asks for a rate of every counter, a quantile of the rates of every histogram, and of no gauge', () => {
    for (const query of queries) expectRates(query);
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

describe('the alert rules', () => {
  const parsed = (file: string): unknown => parse(readFileSync(`${ROOT}/docker/${file}`, 'utf8'));
  const { groups } = parsed('prometheus-alerts.yml') as Rules;
  const rules = groups.flatMap((group) => group.rules);

  it('ask for metrics that exist, as the dashboard does, and have a name and words of their own', () => {
    expect(rules.length).toBeGreaterThan(5);
    for (const { alert, expr, annotations } of rules) {
      for (const name of metricsOf(expr)) expect(metrics.has(name), `${alert}: ${name}`).toBe(true);
      expectRates(expr);
      expect(annotations.summary, alert).toMatch(/\.$/);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('are those that the Prometheus of docker compose evaluates', () => {
    expect(parsed('prometheus.yml')).toMatchObject({ rule_files: ['prometheus-alerts.yml'] });
    const { services } = parse(readFileSync(`${ROOT}/docker-compose.yml`, 'utf8'), { merge: true }) as Compose;
    const folders = services.prometheus.configs.map(({ target }) => target.replace(/[^/]*$/, ''));
    expect(services.prometheus.configs.map(({ source }) => source)).toContain('prometheus-alerts');
    // A relative name is looked for beside the file that names it.
    expect(new Set(folders).size).toBe(1);
  });
});
