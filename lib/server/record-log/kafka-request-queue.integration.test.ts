import { randomUUID } from 'node:crypto';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import { createLogger } from '../logger.ts';
import { KafkaLog } from './kafka-log.ts';
import { RecordingHandler } from './record-log.contract.ts';

describeWithBroker('The connections to Kafka', () => {
  const queues = new Set<RequestQueue>();
  let topic: string;
  let log: KafkaLog;
  let handler: RecordingHandler;
  let stop: () => Promise<void>;

  beforeEach(async () => {
    const push = RequestQueue.prototype.push;
    vi.spyOn(RequestQueue.prototype, 'push').mockImplementation(function (this: RequestQueue, request) {
      queues.add(this);
      push.call(this, request);
    });
    topic = `test-${randomUUID()}`;
    await ensureTopic(testBrokers(), { topic });
    queues.clear();
    const config = { brokers: testBrokers(), groupPrefix: 'test', sessionTimeoutMs: 6_000, metadataMaxAgeMs: 30_000 };
    const history = { fetchBytes: 262_144, pageBytes: 65_536, scansMax: 4, beginRecordsMax: 100_000 };
    log = new KafkaLog({ config, history, topics: [topic], pod: 'test', logger: createLogger('silent', 'test') });
    handler = new RecordingHandler();
    stop = log.read(handler);
    await vi.waitFor(() => expect(log.status().state).toBe('live'), { timeout: 20_000 });
  });
  afterEach(async () => {
    await stop();
    vi.restoreAllMocks();
    await withAdmin(testBrokers(), (admin) => admin.deleteTopics({ topics: [topic] }));
  });

  it('have no timer for requests that wait while none waits: reading, asking and publishing alike', async () => {
    await log.publish(topic, { key: 'a', value: Buffer.from('one') });
    await log.bounds(topic, new AbortController().signal);
    await vi.waitFor(() => expect(handler.values()).toEqual(['one']));
    // The consumer's, two of them; the producer's; and the one over which the past is asked for.
    expect(queues.size).toBeGreaterThanOrEqual(4);
    for (const queue of queues) expect(queue).toMatchObject({ pending: [], throttleCheckTimeoutId: null });
  });

  it('send what had to wait because the broker has asked for a pause', async () => {
    await log.publish(topic, { key: 'a', value: Buffer.from('one') });
    for (const queue of queues) queue.maybeThrottle(50);
    await log.publish(topic, { key: 'a', value: Buffer.from('two') });
    await vi.waitFor(() => expect(handler.values()).toEqual(['one', 'two']));
  });
});
