import { readFile } from 'node:fs/promises';

/** What the kernel counts in a second (USER_HZ), on every Linux there is. */
const TICKS_PER_S = 100;
const US_PER_TICK = 1_000_000 / TICKS_PER_S;
/** Behind the command's name, which may hold blanks: utime and stime are fields 14 and 15 of the whole line. */
const UTIME_FIELD = 11;

/** @throws Error where the system is not one that tells */
export function ensureCostsCanBeRead(): void {
  if (process.platform === 'linux') return;
  throw new Error('What a process costs is read from /proc: this benchmark needs Linux.');
}

/** What these processes have used of the CPU since they began, in the kernel and outside, µs. */
export async function cpuUs(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map(cpuUsOf));
  return each.reduce((sum, us) => sum + us, 0);
}

async function cpuUsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME_FIELD]) + Number(fields[UTIME_FIELD + 1])) * US_PER_TICK;
}
