import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Areas of the code, most specific first: a file belongs to the first one that its path begins with. */
const AREAS = [
  'lib/protocol',
  'lib/server/record-log/port.ts',
  'lib/server/record-log/partitioner.ts',
  'lib/server/record-log',
  'lib/server/hub',
  'lib/server/limits',
  'lib/server/transport',
  'lib/server/metrics',
  'lib/server/auth',
  'lib/server/demo',
  'lib/server/openapi',
  'lib/server/testing',
  'lib/server/runtime.ts',
  'lib/server/create-runtime.ts',
  'lib/server/doors.ts',
  'lib/server/deferred.ts',
  'lib/server/counts.ts',
  'lib/server',
  'lib/client/hooks',
  'lib/client',
  'lib/architecture.test.ts',
  'components',
  'app',
  'scripts',
  'e2e',
  'bench',
  'instrumentation.ts',
  'proxy.ts',
] as const;
type Area = (typeof AREAS)[number];

const PORT = [
  'lib/protocol',
  'lib/server/record-log/port.ts',
  'lib/server/record-log/partitioner.ts',
  'lib/server/deferred.ts',
  'lib/server/counts.ts',
] as const;

/** All parts that a running server is made of. */
const SERVER = [
  ...PORT,
  'lib/server/record-log',
  'lib/server/hub',
  'lib/server/limits',
  'lib/server/transport',
  'lib/server/metrics',
  'lib/server/auth',
  'lib/server/demo',
  'lib/server',
] as const;

/** Who may import whom; within its own area every file may. What is not listed is forbidden. */
const MAY_IMPORT: Record<Area, readonly Area[]> = {
  'lib/protocol': [],
  'lib/server/record-log/port.ts': ['lib/protocol'],
  'lib/server/record-log/partitioner.ts': [],
  'lib/server/record-log': [...PORT, 'lib/server'],
  'lib/server/hub': PORT,
  'lib/server/limits': ['lib/protocol', 'lib/server/counts.ts', 'lib/server'],
  'lib/server/transport': [...PORT, 'lib/server/hub', 'lib/server/limits', 'lib/server'],
  'lib/server/metrics': [...PORT, 'lib/server/hub', 'lib/server/limits', 'lib/server/transport'],
  'lib/server/demo': [...PORT, 'lib/server/transport', 'lib/server'],
  'lib/server/auth': ['lib/protocol', 'lib/server'],
  'lib/server/openapi': ['lib/protocol'],
  'lib/server/testing': PORT,
  'lib/server/deferred.ts': [],
  'lib/server/counts.ts': [],
  // config.ts and its parts, logger.ts and readiness.ts.
  'lib/server': [...PORT],
  'lib/server/create-runtime.ts': SERVER,
  'lib/server/runtime.ts': [...SERVER, 'lib/server/create-runtime.ts'],
  'lib/server/doors.ts': ['lib/protocol', 'lib/server/auth', 'lib/server/runtime.ts', 'lib/server/transport'],
  'lib/client': ['lib/protocol'],
  'lib/client/hooks': ['lib/protocol', 'lib/client'],
  'lib/architecture.test.ts': [],
  components: ['lib/protocol', 'lib/client', 'lib/client/hooks'],
  app: [
    'lib/protocol',
    'components',
    'lib/server/runtime.ts',
    'lib/server/doors.ts',
    'lib/server',
    'lib/server/transport',
    'lib/server/demo',
    'lib/server/openapi',
  ],
  scripts: ['lib/protocol'],
  e2e: ['lib/protocol', 'lib/client', 'lib/server/openapi', 'lib/server/testing', 'scripts'],
  bench: ['lib/protocol', 'lib/client', 'scripts'],
  'instrumentation.ts': ['lib/server/runtime.ts'],
  'proxy.ts': ['lib/protocol'],
};

/** What a test may import beyond its area: the tools of testing. */
const TESTS_MAY_IMPORT: readonly Area[] = ['lib/server/testing', 'lib/server/record-log', 'scripts', 'lib/server'];

/** One vendor, one door: which files alone may import a package. */
const VENDOR_DOORS: Record<string, RegExp> = {
  kafkajs: /^lib\/server\/record-log\/kafka-[\w-]+\.((integration\.)?test\.)?ts$|^scripts\/|^e2e\/|^bench\//,
  'prom-client': /^lib\/server\/metrics\/register-metrics\.ts$/,
  jose: /^lib\/server\/auth\/jwt-verifier\.ts$/,
  pino: /^lib\/server\/logger\.ts$/,
  '@base-ui/react': /^components\/ui\//,
  uplot: /^components\/charts\/uplot-chart\.tsx$/,
  fzstd: /^lib\/server\/record-log\/compression\/zstd\.ts$/,
  '@peculiar/x509': /^scripts\/testing\/certificates\.ts$/,
  httpxy: /^scripts\/balancer\/balancer\.ts$/,
  zod: /^lib\/server\/config(\.ts$|\/)/,
  'server-only': /^lib\/server\/(runtime|doors)\.ts$/,
};

/** Files of a server's inside that read the world. */
const WORLD_READERS =
  /^lib\/server\/runtime\.ts$|^instrumentation\.ts$|^scripts\/|^e2e\/|^bench\/|\.config\.(ts|js|mjs)$/;

interface Import {
  readonly file: string;
  readonly target: string;
}

const FOLDERS = ['lib', 'components', 'app', 'scripts', 'e2e', 'bench'];

function sourcesIn(folder: string, recursive: boolean): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|js|mjs)$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}

const files = [...FOLDERS.flatMap((folder) => sourcesIn(folder, true)), ...sourcesIn('.', false)].sort();

function sourceOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function importsOf(file: string): Import[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;
  return [...sourceOf(file).matchAll(pattern)].map((match) => ({
    file,
    target: match[1] ?? match[2] ?? match[3] ?? '',
  }));
}

/** The path from the root of a module of ours; undefined for a package. */
function ownPath({ file, target }: Import): string | undefined {
  if (target.startsWith('#')) return target.slice(1);
  if (!target.startsWith('.')) return undefined;
  return relative(ROOT, normalize(join(ROOT, dirname(file), target)));
}

function areaOf(path: string): Area | undefined {
  return AREAS.find((area) => path === area || path.startsWith(`${area}/`));
}

const isTest = (file: string): boolean => /\.(test|contract)\.tsx?$/.test(file);
const imports = files.flatMap(importsOf);

describe('architecture', () => {
  it('sees the code: every area has files, and imports are found', () => {
    expect(imports.length).toBeGreaterThan(200);
    const seen = new Set(files.map(areaOf));
    expect(AREAS.filter((area) => !seen.has(area))).toEqual([]);
  });

  it('imports point one way, as the table says', () => {
    const wrong = imports.filter((each) => {
      const path = ownPath(each);
      const from = areaOf(each.file);
      const to = path === undefined ? undefined : areaOf(path);
      if (from === undefined || to === undefined || from === to) return false;
      return !MAY_IMPORT[from].includes(to) && !(isTest(each.file) && TESTS_MAY_IMPORT.includes(to));
    });
    expect(wrong).toEqual([]);
  });

  it('each vendor has one door', () => {
    const wrong = imports.filter(({ file, target }) => {
      const name = Object.keys(VENDOR_DOORS).find((vendor) => target === vendor || target.startsWith(`${vendor}/`));
      return name !== undefined && !VENDOR_DOORS[name]?.test(file);
    });
    expect(wrong).toEqual([]);
  });

  it('the environment and globalThis are read at the edge only', () => {
    const inside = files.filter((file) => !WORLD_READERS.test(file) && !isTest(file) && !file.startsWith('lib/client'));
    const wrong = inside.filter((file) => /process\.env|globalThis/.test(sourceOf(file)));
    expect(wrong).toEqual([]);
  });

  it('routes are doors: 25 lines of code at most, the foil 60', () => {
    const routes = files.filter((file) => /^app\/.*route\.ts$/.test(file));
    const wrong = routes.filter((file) => {
      const code = sourceOf(file)
        .split('\n')
        .filter((line) => line.trim() !== '' && !/^\s*(\/?\*|\/\/)/.test(line));
      return code.length > (file.startsWith('app/api/article/') ? 60 : 25);
    });
    expect(routes.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });
});
