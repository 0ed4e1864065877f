import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CONTROL_TOPIC } from '#lib/protocol/control.ts';
import { parseConfig, SETTING_NAMES } from '#lib/server/config.ts';
import { KAFKA_VERSION } from '#scripts/kafka/jars.ts';
import { ROOT } from '#scripts/process/root.ts';
import { parseProduceOptions } from '#scripts/producer/options.ts';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly restart?: string;
  readonly mem_limit?: string;
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const FILE = join(ROOT, 'docker-compose.yml');
const text = readFileSync(FILE, 'utf8');
const compose = parse(text, { merge: true }) as ComposeFile;
const services = Object.entries(compose.services);
/** They do one thing, and end. */
const ONE_SHOT: readonly string[] = ['topic', 'ready'];

const serviceOf = (name: string): Service => compose.services[name] ?? {};
const yamlOf = (path: string): unknown => parse(readFileSync(join(ROOT, path), 'utf8'));

/** What the Compose Specification's own schema has against a file. */
function schemaProblems(path: string): string[] {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  const messages = linter.lintFiles([path], false).flatMap((result) => result.messages);
  return messages.filter(({ rule }) => /schema|yaml/.test(rule)).map(({ message }) => message);
}

describe('docker-compose.yml', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'feedline-compose-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is what the Compose Specification allows', () => {
    expect(schemaProblems(FILE)).toEqual([]);
    const misspelt = join(folder, 'docker-compose.yml');
    writeFileSync(misspelt, text.replace('stop_grace_period: 10s', 'stop_grace: 10s'));
    expect(schemaProblems(misspelt)).not.toEqual([]);
  });

  it('sets nothing on a pod but settings that the server knows, to values that it takes', () => {
    const { environment = {} } = serviceOf('app');
    expect(Object.keys(environment).filter((name) => !SETTING_NAMES.includes(name))).toEqual([]);
    const config = parseConfig(environment);
    expect(config).toMatchObject({ isDemo: true, isKilledBySelf: true, abilities: ['kill-pod'] });
    expect(serviceOf('app').command?.join(' ')).toContain('POD=$$(hostname)');
  });

  it('creates the topics that a pod reads, 6 partitions of each that is not the control topic', () => {
    const { topics } = parseConfig(serviceOf('app').environment ?? {});
    const created = serviceOf('topic').command?.join(' ') ?? '';
    for (const topic of topics) {
      expect(created).toContain(`--topic=${topic} --partitions=${topic === CONTROL_TOPIC ? 1 : 6}`);
    }
  });

  it('has a producer with arguments that it takes, for a topic that the pods read', () => {
    const options = parseProduceOptions(serviceOf('producer').command ?? [], '');
    const { KAFKA_BROKERS, KAFKA_TOPICS } = serviceOf('app').environment ?? {};
    expect(options).toMatchObject({ isRacing: true, target: { brokers: [KAFKA_BROKERS], topic: KAFKA_TOPICS } });
  });

  it('has the Kafka that the tests have', () => {
    for (const name of ['kafka', 'topic']) expect(serviceOf(name).image).toBe(`apache/kafka:${KAFKA_VERSION}`);
  });

  it('publishes ports on the loopback only, each of which a variable moves, and which it names on top', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(2);
    const variables = ports.map((port) => /^127\.0\.0\.1:\$\{([A-Z_]+):-\d+\}:\d+$/.exec(port)?.[1]);
    expect(new Set(variables).size).toBe(ports.length);
    const [head = ''] = text.split('\nname:');
    for (const variable of variables) expect(head).toContain(variable);
  });

  it('reaches no path of the host but files of this folder', () => {
    for (const [name, { volumes = [] }] of services) {
      for (const volume of volumes) expect(Object.keys(compose.volumes), name).toContain(volume.split(':')[0]);
    }
    for (const { file } of Object.values(compose.configs)) {
      expect(file).toMatch(/^\.\/docker\/[\w/.-]+$/);
      expect(file).not.toContain('..');
    }
    expect(text).not.toContain('docker.sock');
  });

  it('limits the memory of every service, and starts again what ends and should not', () => {
    for (const [name, { mem_limit, restart, healthcheck }] of services) {
      expect(mem_limit, name).toMatch(/^\d+[mg]$/);
      expect(restart, name).toBe(ONE_SHOT.includes(name) ? 'on-failure:5' : 'unless-stopped');
      // What a producer does shows in what it writes: `ready` waits for that.
      expect(healthcheck === undefined, name).toBe([...ONE_SHOT, 'producer'].includes(name));
    }
  });

  it('starts each service when what it needs is healthy or done', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const isHealthChecked = serviceOf(needed).healthcheck !== undefined;
        const wanted = ONE_SHOT.includes(needed) ? 'service_completed_successfully' : 'service_healthy';
        expect(condition, `${name} on ${needed}`).toBe(
          isHealthChecked || ONE_SHOT.includes(needed) ? wanted : 'service_started',
        );
      }
    }
  });

  it('starts what measures only when it is asked to', () => {
    const optional = services.filter(([, { profiles }]) => profiles !== undefined);
    expect(optional.map(([name]) => name)).toEqual(['prometheus', 'grafana']);
    for (const [, { profiles }] of optional) expect(profiles).toEqual(['metrics']);
  });

  it('builds what the Dockerfile has', () => {
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    const built = services.filter(([, { build }]) => build !== undefined);
    expect(built.map(([name]) => name)).toEqual(['app', 'producer']);
    for (const [, { build }] of built) expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build?.target}$`, 'm'));
  });
});

describe('the files of Prometheus and Grafana', () => {
  const mounted = (service: string) =>
    new Map(serviceOf(service).configs?.map(({ source, target }) => [target, compose.configs[source]?.file ?? '']));

  it('have every pod asked for its metrics, each by its own address', () => {
    const path = mounted('prometheus').get('/etc/prometheus/prometheus.yml') ?? '';
    expect(yamlOf(path)).toEqual({
      global: { scrape_interval: '5s', scrape_timeout: '4s' },
      rule_files: ['prometheus-alerts.yml'],
      scrape_configs: [
        {
          job_name: 'feedline',
          metrics_path: '/metrics',
          dns_sd_configs: [{ names: ['app'], type: 'A', port: 3000, refresh_interval: '5s' }],
        },
      ],
    });
  });

  it('give the dashboard the Prometheus that there is, under the name that it asks for', () => {
    const files = mounted('grafana');
    const source = yamlOf(files.get('/etc/grafana/provisioning/datasources/feedline.yml') ?? '');
    expect(source).toMatchObject({
      apiVersion: 1,
      datasources: [{ uid: 'prometheus', type: 'prometheus', access: 'proxy', url: 'http://prometheus:9090' }],
    });
    const dashboard = readFileSync(join(ROOT, files.get('/etc/grafana/dashboards/feedline.json') ?? ''), 'utf8');
    const uids = [...dashboard.matchAll(/"datasource": \{\s*"type": "(\w+)",\s*"uid": "(\w+)"\s*\}/g)];
    expect(uids.length).toBeGreaterThan(10);
    for (const [, type, uid] of uids) expect([type, uid]).toEqual(['prometheus', 'prometheus']);
  });

  it('have the dashboard loaded from where it is', () => {
    const files = mounted('grafana');
    expect(yamlOf(files.get('/etc/grafana/provisioning/dashboards/feedline.yml') ?? '')).toMatchObject({
      apiVersion: 1,
      providers: [{ type: 'file', options: { path: '/etc/grafana/dashboards' } }],
    });
    const home = serviceOf('grafana').environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? '';
    expect(files.has(home)).toBe(true);
  });
});
