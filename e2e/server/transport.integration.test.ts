import { randomUUID } from 'node:crypto';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import { TestServer } from './test-server.ts';
import { describeTransports } from './transport.contract.ts';

const ENV = { DEMO: '1', PING_MS: '500', RING_FRAMES: '100' };

describeTransports('the in-process log', () => TestServer.start({ env: { ...ENV, RECORD_LOG: 'memory' } }));

describeWithBroker('with a broker', () => {
  describeTransports('Kafka', async () => {
    const topic = `it-${randomUUID()}`;
    await ensureTopic(testBrokers(), { topic });
    return TestServer.start({ env: { ...ENV, KAFKA_BROKERS: testBrokers().join(','), KAFKA_TOPICS: topic } });
  });
});
