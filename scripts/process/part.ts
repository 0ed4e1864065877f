import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const WITH_PARENT = fileURLToPath(new URL('../with-parent.mjs', import.meta.url));
const LAST_LINES_MAX = 20;

export interface PartOptions {
  /** What people call it: "server", "broker". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** SIGTERM, then this long until SIGKILL. Default 5,000. */
  readonly graceMs?: number;
  /** Removed when this process dies without having stopped the part. */
  readonly removeDir?: string;
  /** Gets every line of the part's output. */
  readonly onLine?: (line: string) => void;
}

export interface PartExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** For people: "exit code 1", "SIGKILL". */
  readonly reason: string;
}

/** A running command that dies with this process, however this process ends. */
export interface Part {
  readonly name: string;
  /** Process ID of the command itself, not of the guard in front of it. */
  readonly pid: number;
  readonly exited: Promise<PartExit>;
  readonly isRunning: () => boolean;
  /** The last lines it wrote, for an error. */
  readonly lastLines: () => readonly string[];
  /** SIGTERM, after `graceMs` SIGKILL; done when it is gone. Repeatable. */
  readonly stop: () => Promise<PartExit>;
  /** SIGKILL to it and all that it started; done when it is gone. Repeatable. */
  readonly kill: () => Promise<PartExit>;
}

const live = new Set<Part>();

/** SIGKILL to everything that this process has started and that still runs. */
export async function killEveryPart(): Promise<void> {
  await Promise.all([...live].map((part) => part.kill()));
}

/**
 * Starts a command behind `with-parent.mjs`.
 *
 * @throws Error when the command cannot be started
 */
export async function startPart(options: PartOptions): Promise<Part> {
  const guard = spawnGuard(options);
  const lines = collectLines(guard, options.onLine);
  let isRunning = true;
  const exited = new Promise<PartExit>((resolve) => {
    guard.once('close', (code, signal) => {
      isRunning = false;
      resolve({ code, signal, reason: signal ?? `exit code ${code}` });
    });
  });
  const pid = await Promise.race([childPid(guard), exited.then(() => undefined)]);
  if (pid === undefined) throw new Error(`${options.name}: ${lines.join('\n') || 'it ended before it had started'}`);
  // Were the guard killed, nobody else would end the command: its group goes with the guard.
  guard.once('exit', () => signalIfThere(-pid, 'SIGKILL'));

  const kill = async () => {
    if (isRunning) signalIfThere(-pid, 'SIGKILL');
    return exited;
  };
  const stop = async () => {
    if (!isRunning) return exited;
    signalIfThere(pid, 'SIGTERM');
    const timer = setTimeout(kill, options.graceMs ?? 5000);
    return exited.finally(() => clearTimeout(timer));
  };
  const part: Part = {
    name: options.name,
    pid,
    exited,
    isRunning: () => isRunning,
    lastLines: () => lines,
    stop,
    kill,
  };
  live.add(part);
  void exited.then(() => live.delete(part));
  return part;
}

function spawnGuard(options: PartOptions): ChildProcess {
  const guardOptions = JSON.stringify({ graceMs: options.graceMs ?? 5000, removeDir: options.removeDir });
  return spawn(process.execPath, [WITH_PARENT, guardOptions, options.command, ...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A terminal's Ctrl-C goes to the whole foreground group: the parts must get it from us alone, in order.
    detached: true,
  });
}

async function childPid(guard: ChildProcess): Promise<number> {
  const [message] = (await once(guard, 'message')) as [{ readonly pid: number }];
  return message.pid;
}

/** Keeps the last lines of both outputs, in a list that goes on changing. */
function collectLines(guard: ChildProcess, onLine?: (line: string) => void): string[] {
  const lines: string[] = [];
  for (const stream of [guard.stdout, guard.stderr] as (Readable | null)[]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > LAST_LINES_MAX) lines.shift();
      onLine?.(line);
    });
  }
  return lines;
}

/** Sends a signal; a process (or, below zero, a group) that is gone already is no error. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
