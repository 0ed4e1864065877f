import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

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

/** @throws Error where a process may not open so many streams; Node has raised its soft limit to the hard one already */
export function ensureOpenFiles(streams: number): void {
  const line = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  const limit = Number(line?.[1] ?? Number.NaN);
  const wanted = streams + OTHER_FILES;
  if (!(limit < wanted)) return;
  throw new Error(
    `A process may open ${limit} files here, and ${streams} streams need ${wanted}: run "ulimit -n ${wanted}" before.`,
  );
}
