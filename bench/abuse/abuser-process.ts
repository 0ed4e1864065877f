import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AbuseCounts, AbuseOptions } from '#scripts/testing/abusers.ts';

const MAIN = fileURLToPath(new URL('abuser.ts', import.meta.url));

export interface AbuserProcess {
  counts(): Promise<AbuseCounts>;
  stop(): Promise<void>;
}

/** Starts the abusive clients. They die with this process, however that ends. */
export async function startAbuser(options: AbuseOptions): Promise<AbuserProcess> {
  const child = fork(MAIN, { execArgv: process.execArgv });
  await once(child, 'message');
  await ask(child, options);
  return {
    counts: async () => (await ask(child, 'counts')) as AbuseCounts,
    stop: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function ask(child: ChildProcess, message: AbuseOptions | 'counts'): Promise<unknown> {
  const answered = once(child, 'message');
  child.send(message);
  return (await answered)[0];
}
