import { readFile } from 'node:fs/promises';

export interface Memory {
  readonly rssBytes: number;
  /** What is shared with other processes counts by its share. */
  readonly pssBytes: number;
}

/** What these processes have in memory together. Reading it makes them wait a little: not while something is timed. */
export async function memoryOf(pids: readonly number[]): Promise<Memory> {
  const each = await Promise.all(pids.map(memoryOfOne));
  return {
    rssBytes: each.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    pssBytes: each.reduce((sum, { pssBytes }) => sum + pssBytes, 0),
  };
}

async function memoryOfOne(pid: number): Promise<Memory> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(rollup)?.[1]) * 1024;
  return { rssBytes: bytes('Rss'), pssBytes: bytes('Pss') };
}
