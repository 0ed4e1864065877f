import { expect, it } from 'vitest';
import { CONTROL_TOPIC, FAULTS_FEED, PODS_FEED } from '../../protocol/control.ts';
import { MemoryLog } from '../record-log/memory-log.ts';
import { publishEvent } from './publish.ts';

const context = {
  config: { isDemo: true, topics: ['orders', CONTROL_TOPIC] as const, pod: 'pod-1' },
  recordLog: new MemoryLog({ topics: ['orders', CONTROL_TOPIC] }),
};

function publish(path: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return publishEvent(new Request(`http://pod${path}`, { method: 'POST', headers, body: '{}' }), context);
}

it.each([PODS_FEED, FAULTS_FEED])('nobody ends the feed "%s", which all of a demo go on reading', async (feed) => {
  const path = `/api/feeds/${feed}/events?topic=${CONTROL_TOPIC}`;
  expect((await publish(path)).status).toBe(201);
  await expect(publish(`${path}&end=1`)).rejects.toMatchObject({ code: 'query-invalid' });
});
