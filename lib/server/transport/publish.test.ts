import { describe, expect, it } from 'vitest';
import { CONTROL_TOPIC, FAULTS_FEED, PODS_FEED } from '../../protocol/control.ts';
import { parseConfig } from '../config.ts';
import { MemoryLog } from '../record-log/memory-log.ts';
import { RecordingHandler } from '../record-log/record-log.contract.ts';
import { publishEvent } from './publish.ts';

const topics = 'orders,by-header,by-json';
const rules = 'by-header=header:order-id,by-json=json:/id';
const config = parseConfig({
  RECORD_LOG: 'memory',
  DEMO: '1',
  KAFKA_TOPICS: topics,
  FEED_ID: rules,
  DEMO_HOSTS: 'pod',
});
const caller = { expiresAtMs: undefined, mayWatch: () => true };

function publish(path: string, recordLog = new MemoryLog({ topics: config.topics })): Promise<Response> {
  const headers = { 'content-type': 'application/json', host: 'pod' };
  const request = new Request(`http://pod${path}`, { method: 'POST', headers, body: '{}' });
  return publishEvent(request, { config, recordLog, caller });
}

describe('publishing an event', () => {
  it.each([PODS_FEED, FAULTS_FEED])('nobody ends the feed "%s", which all of a demo go on reading', async (feed) => {
    const path = `/api/feeds/${feed}/events?topic=${CONTROL_TOPIC}`;
    expect((await publish(path)).status).toBe(201);
    await expect(publish(`${path}&end=1`)).rejects.toMatchObject({ code: 'query-invalid' });
  });

  it('gives the record the very key that the ID stands for', async () => {
    const recordLog = new MemoryLog({ topics: config.topics });
    const handler = new RecordingHandler();
    const stop = recordLog.read(handler);
    await publish('/api/feeds/~x00000000000004d2/events', recordLog);
    expect(handler.records().map(({ key }) => key?.toString('hex'))).toEqual(['00000000000004d2']);
    await stop();
  });

  it('is refused where the IDs are not the keys, and nothing is stored', async () => {
    const recordLog = new MemoryLog({ topics: config.topics });
    for (const [topic, place] of [
      ['by-header', 'the header order-id'],
      ['by-json', 'the JSON of the value'],
    ]) {
      const published = publish(`/api/feeds/1234/events?topic=${topic}`, recordLog);
      await expect(published).rejects.toMatchObject({ code: 'publish-impossible', status: 409 });
      await expect(published).rejects.toThrow(place);
      const { partitions } = await recordLog.bounds(topic ?? '');
      expect([...partitions.values()].every(({ end }) => end === 0)).toBe(true);
    }
  });
});
