import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '#scripts/process/root.ts';
import { createLogger } from '../logger.ts';
import type { Connection } from './connection.ts';
import { RefusalLog } from './refusal-log.ts';
import { routeName } from './route-name.ts';

function refusal(more: Partial<Connection> = {}): Connection {
  const about = { requestId: 'r-1', method: 'GET', target: '/getData/1?token=x', status: 429, refusal: undefined };
  return { ...about, client: '::1', openedAtMs: 10_000, ...more } as Connection;
}

describe('the log of refusals', () => {
  const lines: Record<string, unknown>[] = [];
  let nowMs = 10_250;
  const logger = createLogger('debug', 'pod-1', { write: (text) => void lines.push(JSON.parse(text)) });
  const log = new RefusalLog(logger, () => nowMs);

  it('has one line for each, louder where the fault is ours, and quiet for a probe', () => {
    log.note(refusal());
    log.note(refusal({ status: 500, refusal: 'internal' }));
    log.note(refusal({ status: 503, target: '/readyz' }));
    expect(lines.map(({ level }) => level)).toEqual([30, 40, 20]);
    expect(lines[0]).toMatchObject({ route: '/getData/{}', status: 429, durationMs: 250, client: '::1' });
    expect(lines[1]).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(lines)).not.toContain('token');
  });

  it('is bounded, and tells how much is missing', () => {
    nowMs = 20_000;
    lines.length = 0;
    for (let i = 0; i < 10_000; i += 1) log.note(refusal());
    expect(lines).toHaveLength(50);
    nowMs = 21_000;
    log.sweep();
    log.sweep();
    expect(lines.slice(50)).toEqual([expect.objectContaining({ level: 40, refused: 9_950 })]);
  });
});

describe('the name of a route', () => {
  it('is the route’s own path, for every one that there is', () => {
    const routes = readdirSync(join(ROOT, 'app'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /(^|\/)(route|page)\.tsx?$/.test(name) && !name.includes('[['))
      .map((name) => `/${name.replace(/\/?[^/]*$/, '')}`);
    expect(routes.length).toBeGreaterThan(10);
    for (const route of routes) {
      expect(routeName(`${route.replace(/\[\w+\]/, 'a-secret')}?id=a-secret`)).toBe(route.replace(/\[\w+\]/, '{}'));
    }
  });

  it.each(['/a-secret', '/a-secret/api', '//a-secret', 'http://a-secret/', '*', '/api/a/b/c/d', ''])(
    'tells nothing of a path that is none of ours: %s',
    (target) => {
      expect(routeName(target)).toBe('other');
    },
  );
});
