import type { Part } from '#scripts/process/part.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';

const TIMEOUT_MS = 60_000;

/** Waits for a line that says that a server is up. */
export function firstLine(pattern: RegExp): { onLine: (line: string) => void; of: (part: Part) => Promise<void> } {
  let isSeen = false;
  return {
    onLine: (line) => {
      isSeen ||= pattern.test(line);
    },
    of: async (part) => {
      const failure = () => (part.isRunning() ? undefined : `${part.name} has ended:\n${part.lastLines().join('\n')}`);
      const ask = async () => isSeen || undefined;
      await waitUntil(`${part.name} being up`, ask, { timeoutMs: TIMEOUT_MS, intervalMs: 20, failure });
    },
  };
}
