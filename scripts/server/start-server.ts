import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Part, startPart } from '#scripts/process/part.ts';
import { LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';

const READY_TIMEOUT_MS = 60_000;
/** The server drains its streams for up to 5 s. */
const STOP_GRACE_MS = 8000;

export interface ServerOptions {
  /** What people call it; default "server". */
  readonly name?: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets the whole log of the server. */
  readonly logFile: string;
  /** Default false: the log begins anew. */
  readonly isLogContinued?: boolean;
}

/** Starts the production server on the loopback; it may not be ready yet. */
export async function startServer(options: ServerOptions): Promise<Part> {
  const { name = 'server', port, env, logFile, isLogContinued = false } = options;
  await mkdir(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { flags: isLogContinued ? 'a' : 'w' });
  const part = await startPart({
    name,
    command: process.execPath,
    args: [join(ROOT, 'scripts', 'start.mjs')],
    cwd: ROOT,
    env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...env, PORT: String(port), HOST: LOOPBACK },
    graceMs: STOP_GRACE_MS,
    onLine: (line) => log.write(`${line}\n`),
  });
  void part.exited.then(() => log.end());
  return part;
}

/**
 * Waits until the server says that it is ready.
 *
 * @throws Error with the server's reason, or its last lines where it ended
 */
export async function untilReady(part: Part, baseUrl: string): Promise<void> {
  let answer = 'no answer';
  const ask = async () => {
    const response = await fetch(`${baseUrl}/readyz`).catch(() => undefined);
    if (response === undefined) return undefined;
    answer = `${response.status} ${await response.text()}`;
    return response.ok ? true : undefined;
  };
  const failure = () => (part.isRunning() ? undefined : `The ${part.name} ended:\n${part.lastLines().join('\n')}`);
  await waitUntil('The server being ready', ask, { timeoutMs: READY_TIMEOUT_MS, failure }).catch((error: Error) => {
    throw new Error(`${error.message} /readyz said: ${answer}`, { cause: error });
  });
}
