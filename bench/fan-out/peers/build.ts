import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startPart } from '#scripts/process/part.ts';

const PROGRESS_MS = 5000;
const LOG_LINES_IN_OBSTACLE = 5;

export interface Build {
  /** What is built, for people. */
  readonly what: string;
  /** Where its sources are, and the command runs. */
  readonly sources: string;
  readonly target: string;
  /** What the command makes; it becomes the target by a rename: a build that was cut off leaves none. */
  readonly product: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Tells the lines of its output that say why it failed. */
  readonly isError: (line: string) => boolean;
}

/** Is what was built newer than everything it is built from? */
export function isFresh({ target, sources }: Pick<Build, 'target' | 'sources'>): boolean {
  if (!existsSync(target)) return false;
  const builtAtMs = statSync(target).mtimeMs;
  const paths = readdirSync(sources, { recursive: true, encoding: 'utf8' });
  return paths.every((path) => statSync(join(sources, path)).mtimeMs < builtAtMs);
}

/** @returns why it could not be built, in words, or undefined */
export async function build(options: Build, log: (line: string) => void): Promise<string | undefined> {
  const { what, sources, target, product, command, args, isError } = options;
  await mkdir(dirname(product), { recursive: true });
  const part = await startPart({ name: command, command, args, cwd: sources, graceMs: 1000 });
  const startedAtMs = Date.now();
  const sign = setInterval(
    () => log(`… still building, ${Math.round((Date.now() - startedAtMs) / 1000)} s`),
    PROGRESS_MS,
  );
  const exit = await part.exited;
  clearInterval(sign);
  if (exit.code === 0) {
    await rename(product, target);
    return undefined;
  }
  const errors = part.lastLines().filter(isError).slice(0, LOG_LINES_IN_OBSTACLE);
  const withoutUrls = errors.map((line) => line.replace(/\(?https?:\/\/\S+/g, '(registry)'));
  return `"${command}" could not build ${what} (${exit.reason}): ${withoutUrls.join('\n')}`;
}
