import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { promisify } from 'node:util';

/** What it was measured on, and how busy that was before. */
export function machine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 1024 / 1024),
    kernel: release(),
    node: process.version,
    loadAverageBefore: loadavg()[0],
  };
}

/** Sockets of the driver, or of a server, beside the streams. */
const OTHER_FILES = 300;

/**
 * Sees to it that a process started from here may open so many streams. Node has raised its soft limit to the hard one
 * already; who is root may raise that too.
 *
 * @throws Error that says which limit has to be raised
 */
export async function ensureOpenFiles(streams: number): Promise<void> {
  const wanted = streams + OTHER_FILES;
  if (openFilesMax() < wanted && process.getuid?.() === 0) await raiseOpenFiles(wanted);
  const limit = openFilesMax();
  if (limit >= wanted) return;
  throw new Error(
    `A process may open ${limit} files here, and ${streams} streams need ${wanted}: run "ulimit -n ${wanted}" before.`,
  );
}

function openFilesMax(): number {
  const soft = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

async function raiseOpenFiles(count: number): Promise<void> {
  const args = ['--pid', String(process.pid), `--nofile=${count}:${count}`];
  // Where there is no such command, or it is refused, the limit stays, and is what the caller is told of.
  await promisify(execFile)('prlimit', args).catch(() => undefined);
}
