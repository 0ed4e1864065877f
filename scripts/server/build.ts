import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startPart } from '#scripts/process/part.ts';
import { ROOT } from '#scripts/process/root.ts';

const PROGRESS_MS = 5000;

/** What the build is made of: folders with everything in them, and single files. */
const SOURCES = [
  'app',
  'components',
  'lib',
  'public',
  'instrumentation.ts',
  'proxy.ts',
  'next.config.js',
  'postcss.config.mjs',
  'tsconfig.json',
  'package-lock.json',
];

/** Whether the production build is newer than everything that it is made of. */
export function isBuildFresh(): boolean {
  const buildId = join(ROOT, '.next', 'BUILD_ID');
  return existsSync(buildId) && newestMs(SOURCES.map((source) => join(ROOT, source))) < statSync(buildId).mtimeMs;
}

function newestMs(paths: readonly string[]): number {
  return paths.reduce((newest, path) => Math.max(newest, ageOf(path)), 0);
}

function ageOf(path: string): number {
  if (!existsSync(path) || /\.test\.tsx?$/.test(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  // The folder's own time tells of files that were removed.
  return Math.max(stat.mtimeMs, newestMs(readdirSync(path).map((name) => join(path, name))));
}

let building: Promise<void> | undefined;

/**
 * Makes the production build. Who asks while one is being made waits for that one: Next.js refuses a second.
 *
 * @throws Error with the build's last lines when it fails
 */
export function build(log: (line: string) => void): Promise<void> {
  building ??= makeBuild(log).finally(() => {
    building = undefined;
  });
  return building;
}

async function makeBuild(log: (line: string) => void): Promise<void> {
  const args = [join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next'), 'build'];
  const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
  const startedAtMs = Date.now();
  const part = await startPart({ name: 'build', command: process.execPath, args, cwd: ROOT, env, graceMs: 1000 });
  const sign = setInterval(
    () => log(`… still building, ${Math.round((Date.now() - startedAtMs) / 1000)} s`),
    PROGRESS_MS,
  );
  const exit = await part.exited;
  clearInterval(sign);
  if (exit.code !== 0) throw new Error(`The build failed (${exit.reason}):\n${part.lastLines().join('\n')}`);
}
