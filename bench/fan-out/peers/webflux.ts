import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { javaCommand } from '#scripts/kafka/java.ts';
import { startPart } from '#scripts/process/part.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { versionOf } from '#scripts/process/version-of.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import type { Peer, PeerOptions, RunningPeer } from '../peer.ts';
import { build, isFresh } from './build.ts';

const FOLDER = join(ROOT, '.cache', 'bench', 'webflux');
const JAR = join(FOLDER, 'webflux.jar');
const WORK_FOLDER = join(FOLDER, 'build');
const BUILD = {
  what: 'the Spring application',
  sources: join(ROOT, 'bench', 'fan-out', 'peers', 'webflux'),
  target: JAR,
  product: join(WORK_FOLDER, 'webflux.jar'),
  command: 'mvn',
  args: ['-B', '-ntp', '-q', `-Dbench.build=${WORK_FOLDER}`, '-Dmaven.test.skip=true', 'package'],
  isError: (line: string) => line.includes('ERROR'),
};
/** The heap may grow to this, and a server without memory ends at once; everything else is left as it is. */
const JVM_ARGS = ['-Xmx1g', '-XX:+ExitOnOutOfMemoryError'];
const READY_TIMEOUT_MS = 60_000;

/** A Spring WebFlux application with a `@KafkaListener`, as the article has it; its sources are in `webflux/`. */
export const webflux: Peer = {
  name: 'webflux',
  fedBy: 'kafka',
  isOnRequest: true,

  async prepare(log) {
    if (isFresh(BUILD)) return undefined;
    if ((await versionOf('mvn', ['-v'])) === undefined) return 'no Maven (it builds the Spring application)';
    log('Building the Spring application by Maven; the first time it downloads about 60 MB');
    return build(BUILD, log);
  },

  async start({ brokers, topic, log, undo }: PeerOptions): Promise<RunningPeer> {
    const port = await freePort();
    const baseUrl = `http://${LOOPBACK}:${port}`;
    const settings = [
      `--server.port=${port}`,
      `--spring.kafka.bootstrap-servers=${brokers.join(',')}`,
      `--spring.kafka.consumer.group-id=bench-${randomUUID()}`,
      `--bench.topic=${topic}`,
    ];
    const part = await startPart({
      name: 'webflux',
      command: javaCommand(),
      args: [...JVM_ARGS, '-jar', JAR, ...settings],
      onLine: (line) => log(`webflux: ${line}`),
    });
    undo.push(part.stop);
    const failure = () => (part.isRunning() ? undefined : `webflux has ended:\n${part.lastLines().join('\n')}`);
    await waitUntil('webflux with its partitions', () => readiness(baseUrl), { timeoutMs: READY_TIMEOUT_MS, failure });
    return { pids: [part.pid], streamUrl: (id) => `${baseUrl}/getData/${encodeURIComponent(id)}` };
  },
};

/** Ready is: partitions assigned, and the place in each settled from which it reads. */
async function readiness(baseUrl: string): Promise<true | undefined> {
  const response = await fetch(`${baseUrl}/readyz`).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok ? true : undefined;
}
