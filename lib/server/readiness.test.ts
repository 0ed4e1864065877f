import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { readinessOf } from './readiness.ts';
import type { RecordLogStatus } from './record-log/port.ts';

const OPEN = { AUTH: 'none', RECORD_LOG: 'memory', KAFKA_TOPICS: 'orders' };
const CLOSED = { ...OPEN, AUTH: 'jwt', JWT_SECRET: 'x'.repeat(32), JWT_AUDIENCE: 'feedline' };

function told(env: Record<string, string>, state: RecordLogStatus['state']) {
  const status = () => ({ state, reason: 'kafka-1 refuses the user "feedline"' });
  const recordLog = { kind: 'kafka', status } as const;
  return readinessOf({ config: parseConfig(env), recordLog, isDraining: false });
}

describe('what anybody is told of readiness', () => {
  it.each(['live', 'starting', 'degraded', 'wedged'] as const)('is all of it with AUTH=none: %s', (state) => {
    expect(told(OPEN, state)).toMatchObject({ reason: 'kafka-1 refuses the user "feedline"', topics: ['orders'] });
  });

  it.each(['live', 'starting', 'degraded', 'wedged'] as const)('names nothing of Kafka with tokens: %s', (state) => {
    const { ready, status } = told(OPEN, state);
    const closed = told(CLOSED, state);
    expect(closed).toMatchObject({ ready, status, topics: [] });
    expect(closed.reason).not.toBe('');
    expect(JSON.stringify(closed)).not.toMatch(/kafka-1|"feedline"|orders/);
  });
});
