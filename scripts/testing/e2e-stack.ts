import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { CONTROL_TOPIC } from '#lib/protocol/control.ts';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { ensureControlTopic } from '#scripts/kafka/control-topic.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { ONE_ADDRESS } from '#scripts/server/one-address.ts';
import { startServer, untilReady } from '#scripts/server/start-server.ts';
import { provideSharedBroker } from '#scripts/testing/shared-broker.ts';

const LOG_FILE = join(ROOT, '.cache', 'test', 'e2e-server.log');

export interface E2eStack {
  readonly baseUrl: string;
  readonly stop: () => Promise<void>;
}

/**
 * What the browser tests run against: a broker (see `provideSharedBroker`), a topic of this run, the production build
 * and its server in demo mode on a free port. Without a broker the server keeps its records in its own process.
 */
export async function startE2eStack(log: (line: string) => void): Promise<E2eStack> {
  const kafka = await provideSharedBroker(log);
  const brokers = process.env.TEST_KAFKA_BROKERS?.split(',');
  const topic = `feedline-e2e-${randomUUID()}`;
  const created = [topic];
  if (brokers !== undefined) {
    await ensureTopic(brokers, { topic });
    if (await ensureControlTopic(brokers)) created.push(CONTROL_TOPIC);
  }
  if (!isBuildFresh()) await build(log);
  const recordLog = brokers === undefined ? { RECORD_LOG: 'memory' } : { RECORD_LOG: 'kafka' };
  const topics = { KAFKA_BROKERS: brokers?.join(','), KAFKA_TOPICS: topic };
  const env = { ...recordLog, ...topics, DEMO: '1', CORS_ORIGINS: '*', ...ONE_ADDRESS };
  const port = await freePort();
  const server = await startServer({ port, env, logFile: LOG_FILE });
  const baseUrl = `http://${LOOPBACK}:${port}`;
  const stop = async () => {
    await server.stop();
    // A given broker is left as it was found.
    const isGuest = brokers !== undefined && kafka === undefined;
    if (isGuest) await withAdmin(brokers, (admin) => admin.deleteTopics({ topics: created }));
    await kafka?.stop();
  };
  try {
    await untilReady(server, baseUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  return { baseUrl, stop };
}
