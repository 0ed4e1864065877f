import { afterEach, expect, it } from 'vitest';
import { type LocalKafka, startLocalKafka } from '#scripts/local-kafka.ts';
import { describeWithLocalKafka } from '#scripts/testing/test-broker.ts';

describeWithLocalKafka('a local Kafka', () => {
  const started: LocalKafka[] = [];

  afterEach(async () => {
    await Promise.all(started.map((kafka) => kafka.stop()));
  });

  it('is up when it answers itself: one that has taken its port meanwhile does not answer for it', async () => {
    const killed = await startLocalKafka();
    started.push(killed);
    await killed.kill();
    const other = await startLocalKafka({ port: killed.port });
    started.push(other);
    await expect(killed.restart()).rejects.toThrow('Address already in use');
  });
});
