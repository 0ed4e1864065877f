import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Part, startPart } from '#scripts/process/part.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';

const run = promisify(execFile);

const LOG_FILE = join(ROOT, '.cache', 'test', 'compose.log');
/** The images may have to be pulled first. */
const UP_TIMEOUT_MS = 600_000;
const HEALTHY = { timeoutMs: 90_000, intervalMs: 250 };
/**
 * A signal stops `docker compose up`, and then nothing is to be left, however these tests end. What is written goes into
 * the file itself: where these tests have ended nobody reads a pipe, and who writes into one is killed for it.
 */
const UP_THEN_DOWN = `trap : TERM INT
exec >"$LOG_FILE" 2>&1
docker "$@" up --no-color
docker "$@" down --volumes --remove-orphans --rmi local --timeout 5`;
/** `docker compose` stops each service in its own time. */
const STOP_GRACE_MS = 40_000;

/** One replica of a service. */
export interface Container {
  readonly id: string;
  /** The pod in it is called so. */
  readonly hostname: string;
  readonly isHealthy: boolean;
  /** By its restart policy. */
  readonly restarts: number;
}

/** The cluster of docker-compose.yml, as its user has it, under a name and on ports of its own. */
export class Cluster {
  readonly url: string;
  readonly secureUrl: string;
  readonly brokers: readonly string[];
  readonly #project: string;
  readonly #env: Readonly<Record<string, string>>;
  #up: Part | undefined;

  private constructor(port: number, securePort: number, kafkaPort: number) {
    this.#project = `feedline-test-${randomUUID().slice(0, 8)}`;
    this.#env = { PORT: `${port}`, HTTPS_PORT: `${securePort}`, KAFKA_PORT: `${kafkaPort}`, COMPOSE_PROFILES: '' };
    this.url = `http://${LOOPBACK}:${port}`;
    // By its name: no browser takes an address for a name that a certificate is for.
    this.secureUrl = `https://localhost:${securePort}`;
    this.brokers = [`${LOOPBACK}:${kafkaPort}`];
  }

  /** With its images built. */
  static async build(): Promise<Cluster> {
    const cluster = new Cluster(await freePort(), await freePort(), await freePort());
    await cluster.compose(['build', '--quiet']);
    return cluster;
  }

  /** `docker compose up`, until it has said where it is. @returns what it says */
  async up(): Promise<string> {
    await mkdir(dirname(LOG_FILE), { recursive: true });
    await writeFile(LOG_FILE, '');
    const up = await startPart({
      name: 'docker compose up',
      command: 'sh',
      args: ['-c', UP_THEN_DOWN, 'sh', ...this.#args([])],
      cwd: ROOT,
      env: { ...this.#env, LOG_FILE },
      graceMs: STOP_GRACE_MS,
    });
    this.#up = up;
    const failure = () => (up.isRunning() ? undefined : `docker compose up has ended: see ${LOG_FILE}`);
    const said = async () => /^.*Feedline is up.*$/m.exec(await readFile(LOG_FILE, 'utf8'))?.[0];
    return waitUntil('The line of the service "ready"', said, { timeoutMs: UP_TIMEOUT_MS, failure });
  }

  /** `docker compose down`, with its data. */
  async down(): Promise<void> {
    await this.compose(['down', '--volumes']);
  }

  /** Whatever state it is in, nothing of it is left. */
  async remove(): Promise<void> {
    await this.compose(['down', '--volumes', '--remove-orphans', '--rmi', 'local', '--timeout', '0']);
    await this.#up?.exited;
  }

  /** One command of `docker compose`, to its end. @throws Error with what it wrote where it fails */
  compose(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.docker(this.#args(args), env);
  }

  async docker(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const options = { cwd: ROOT, env: { ...process.env, ...this.#env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await run('docker', args, options);
    return stdout.trim();
  }

  /** The running replicas of a service. */
  async containers(service: string): Promise<Container[]> {
    const ids = (await this.compose(['ps', '--quiet', service])).split('\n').filter((id) => id !== '');
    if (ids.length === 0) return [];
    const inspected = JSON.parse(await this.docker(['inspect', ...ids])) as Inspected[];
    return inspected.map(({ Id, Config, State, RestartCount }) => ({
      id: Id,
      hostname: Config.Hostname,
      isHealthy: State.Health?.Status === 'healthy',
      restarts: RestartCount,
    }));
  }

  /** The replicas, once there are so many and all of them are healthy. */
  untilHealthy(service: string, count: number): Promise<Container[]> {
    const areHealthy = async () => {
      const found = await this.containers(service);
      return found.length === count && found.every(({ isHealthy }) => isHealthy) ? found : undefined;
    };
    return waitUntil(`${count} × ${service} being healthy`, areHealthy, HEALTHY);
  }

  /** What is left of it on the engine: containers, networks, volumes. */
  async remains(): Promise<string[]> {
    const label = `label=com.docker.compose.project=${this.#project}`;
    const lists = await Promise.all([
      this.docker(['ps', '--all', '--quiet', '--filter', label]),
      this.docker(['network', 'ls', '--quiet', '--filter', label]),
      this.docker(['volume', 'ls', '--quiet', '--filter', label]),
    ]);
    return lists.flatMap((list) => list.split('\n')).filter((id) => id !== '');
  }

  #args(args: readonly string[]): string[] {
    return ['compose', '--file', join(ROOT, 'docker-compose.yml'), '--project-name', this.#project, ...args];
  }
}

interface Inspected {
  readonly Id: string;
  readonly RestartCount: number;
  readonly Config: { readonly Hostname: string };
  readonly State: { readonly Health?: { readonly Status: string } };
}
