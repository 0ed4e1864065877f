import { readFile } from 'node:fs/promises';

const SAMPLE_MS = 500;
const PAGE_BYTES = 4_096;

export interface MemoryWatch {
  /** The most that the process has had resident. */
  readonly peakBytes: number;
  stop(): void;
}

/** Looks at it again and again, which costs the process nothing. */
export function watchMemory(pid: number): MemoryWatch {
  let peakBytes = 0;
  const look = async (): Promise<void> => {
    const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
    peakBytes = Math.max(peakBytes, Number(statm.split(' ')[1] ?? 0) * PAGE_BYTES);
  };
  void look();
  const timer = setInterval(() => void look(), SAMPLE_MS);
  return {
    get peakBytes() {
      return peakBytes;
    },
    stop: () => clearInterval(timer),
  };
}
