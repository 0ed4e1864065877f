/** `npm run check`: what can be said about the code without running it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { audit } from './audit.mjs';
import { prepare, ROOT } from './bootstrap.mjs';

/** @type {readonly (readonly [title: string, command: string, ...args: string[]])[]} */
const STEPS = [
  ['format and lint', 'biome', 'ci', '--error-on-warnings'],
  ['route types', 'next', 'typegen'],
  ['types', 'tsc', '--noEmit'],
  ['unused code', 'knip'],
  ['architecture', 'vitest', 'run', '--project', 'unit', 'lib/architecture.test.ts'],
];

/**
 * @param {string} command name of a dependency's command
 * @param {string[]} args
 */
async function run(command, args) {
  // Biome colours its lines in a log file too, unless it is told not to.
  const env = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  const child = spawn(join(ROOT, 'node_modules', '.bin', command), args, { stdio: 'inherit', env });
  const [code] = await once(child, 'exit');
  return code === 0;
}

await prepare();
const failed = [];
for (const [title, command, ...args] of STEPS) {
  const startedAtMs = Date.now();
  const isGood = await run(command, args);
  if (!isGood) failed.push(title);
  console.log(`check: ${title} ${isGood ? 'good' : 'FAILED'} (${((Date.now() - startedAtMs) / 1000).toFixed(1)} s)\n`);
}
const { state, words } = audit();
if (state === 'bad') failed.push('known holes');
console.log(`check: known holes in production dependencies ${state === 'bad' ? 'FAILED' : state}: ${words}\n`);
console.log(failed.length === 0 ? 'check: all good' : `check: failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
