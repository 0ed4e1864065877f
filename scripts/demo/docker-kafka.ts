import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BrokerRun } from '#scripts/demo/own-broker.ts';
import { answersMetadata } from '#scripts/kafka/admin.ts';
import { KAFKA_VERSION } from '#scripts/kafka/jars.ts';
import { dockerObstacle } from '#scripts/process/docker.ts';
import { startPart } from '#scripts/process/part.ts';
import { LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { versionOf } from '#scripts/process/version-of.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';

const IMAGE = `apache/kafka:${KAFKA_VERSION}`;
const COMPOSE_FILE = join(ROOT, 'docker-compose.yml');
/** A project of its own: a `docker compose up` of the user's is not touched. */
const COMPOSE = ['compose', '-f', COMPOSE_FILE, '-p', 'feedline-demo'];
const PULL_TIMEOUT_MS = 300_000;
const READY_TIMEOUT_MS = 90_000;
const PROGRESS_MS = 5000;

export interface DockerKafka extends BrokerRun {
  readonly brokers: readonly string[];
}

/** Why Docker cannot give a broker here, in words; `undefined` when it can. Pulls the image when it is missing. */
export async function dockerKafkaObstacle(log: (line: string) => void): Promise<string | undefined> {
  if (!existsSync(COMPOSE_FILE)) return 'no docker-compose.yml';
  const obstacle = await dockerObstacle();
  if (obstacle !== undefined) return obstacle;
  if ((await versionOf('docker', ['image', 'inspect', '--format', '{{.Id}}', IMAGE])) !== undefined) return undefined;
  return (await pull(log)) ? undefined : `Docker has no image ${IMAGE} and cannot pull it`;
}

async function pull(log: (line: string) => void): Promise<boolean> {
  log(`Pulling ${IMAGE}, once`);
  const part = await startPart({ name: 'docker pull', command: 'docker', args: ['pull', '-q', IMAGE], graceMs: 1000 });
  const startedAtMs = Date.now();
  const sign = setInterval(
    () => log(`… still pulling, ${Math.round((Date.now() - startedAtMs) / 1000)} s`),
    PROGRESS_MS,
  );
  const timer = setTimeout(part.kill, PULL_TIMEOUT_MS);
  const exit = await part.exited;
  clearInterval(sign);
  clearTimeout(timer);
  return exit.code === 0;
}

/**
 * Starts the `kafka` service of docker-compose.yml, in the foreground of a process that dies with ours.
 *
 * @throws Error with the container's last lines when it does not come up
 */
export async function startDockerKafka(port: number): Promise<DockerKafka> {
  // What a killed demo has left behind must not come back with its records.
  await compose(port, 'down', '--volumes', '--timeout', '0');
  try {
    return await up(port);
  } catch (error) {
    await compose(port, 'down', '--volumes', '--timeout', '0');
    throw error;
  }
}

/** Runs one command of docker compose to its end. */
async function compose(port: number, ...args: readonly string[]): Promise<void> {
  const env = { KAFKA_PORT: String(port) };
  const name = `docker compose ${args[0]}`;
  const part = await startPart({ name, command: 'docker', args: [...COMPOSE, ...args], cwd: ROOT, env });
  await part.exited;
}

async function up(port: number): Promise<DockerKafka> {
  const brokers = [`${LOOPBACK}:${port}`];
  const env = { KAFKA_PORT: String(port) };
  const args = [...COMPOSE, 'up', '--no-color', 'kafka'];
  let isBroken = false;
  const onLine = (line: string) => {
    // The service's restart policy would have it try for ever.
    if (/ exited with code \d/.test(line)) isBroken = true;
  };
  const part = await startPart({ name: 'docker', command: 'docker', args, cwd: ROOT, env, graceMs: 20_000, onLine });
  const failure = () =>
    part.isRunning() && !isBroken ? undefined : `its container ended:\n${part.lastLines().join('\n')}`;
  const isUp = async () => (await answersMetadata(brokers)) || undefined;
  await waitUntil('An answer from Kafka in Docker', isUp, { timeoutMs: READY_TIMEOUT_MS, failure }).catch(
    async (error) => {
      await part.kill();
      throw error;
    },
  );
  return {
    brokers,
    place: 'its container',
    exited: part.exited.then(({ reason }) => `${reason}\n${part.lastLines().join('\n')}`),
    // A container that was killed by name is not restarted by its policy, and has its volume still.
    crash: async () => {
      await compose(port, 'kill', '--signal', 'SIGKILL', 'kafka');
      await part.stop();
    },
    startAgain: () => up(port),
    stop: async () => {
      await part.stop();
      await compose(port, 'down', '--volumes');
    },
    kill: async () => {
      await compose(port, 'down', '--volumes', '--timeout', '0');
      await part.kill();
    },
  };
}
