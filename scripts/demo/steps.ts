/** Prints one line a step: what, the outcome, and how long it took. */
export async function step<T>(
  title: string,
  work: (log: (line: string) => void) => Promise<StepResult<T>>,
): Promise<T> {
  const startedAtMs = Date.now();
  const { outcome, value } = await work((line) => console.log(`${' '.repeat(TITLE_CHARS)}${line}`));
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  console.log(`${title.padEnd(TITLE_CHARS)}${outcome} (${seconds} s)`);
  return value;
}

export interface StepResult<T> {
  /** For people: what was done, and why. */
  readonly outcome: string;
  readonly value: T;
}

const TITLE_CHARS = 14;
