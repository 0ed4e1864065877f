import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** One JSON line per entry on standard output: `level`, `time` (ms), `pod`, `msg` and what belongs to it. */
export function createLogger(level: string, pod: string): Logger {
  return pino({ level, base: { pod } });
}
