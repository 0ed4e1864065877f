/**
 * What runs before there are dependencies: checks Node, installs what package-lock.json names when it is missing, and
 * then runs TypeScript through tsx. Uses Node's built-ins only.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_MIN = [20, 19];

/**
 * Makes the project ready, then calls `main()` of a TypeScript module under scripts/ and ends with the code that it
 * gives.
 *
 * @param {string} entry path from the project's folder
 */
export async function runTypeScript(entry) {
  await prepare();
  const { tsImport } = await import('tsx/esm/api');
  const { main } = await tsImport(pathToFileURL(join(ROOT, entry)).href, import.meta.url);
  process.exit(await main());
}

/** Leaves with a clear word when Node is too old; installs the dependencies when needed. */
export async function prepare() {
  process.chdir(ROOT);
  checkNode();
  if (isInstalled()) return;
  const startedAtMs = Date.now();
  console.log('Installing the dependencies (npm ci)');
  const code = await npm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (code !== 0) {
    console.error('npm ci failed: see its lines above.');
    process.exit(1);
  }
  console.log(`Installed in ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = NODE_MIN;
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return;
  console.error(`This is Node ${process.versions.node}: Feedline needs ${NODE_MIN.join('.')} or newer.`);
  process.exit(1);
}

/**
 * Whether node_modules holds what package-lock.json asks for. Versions are compared, not times: git gives a file a new
 * time whenever it touches it.
 */
function isInstalled() {
  const installed = readPackages(join(ROOT, 'node_modules', '.package-lock.json'));
  const wanted = readPackages(join(ROOT, 'package-lock.json'));
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional, peer }]) =>
      path === '' || optional || devOptional || peer || installed[path]?.version === version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }>}
 */
function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** @param {string[]} args */
async function npm(args) {
  // Inside `npm run`, this names the very npm that runs us.
  const cli = process.env.npm_execpath;
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  const child = spawn(command, [...first, ...args], { stdio: 'inherit' });
  const stop = () => child.kill('SIGTERM');
  process.once('SIGTERM', stop);
  const [code] = await once(child, 'exit');
  process.off('SIGTERM', stop);
  return code ?? 1;
}
