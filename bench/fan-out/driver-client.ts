import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, CommandName, DriverCommands } from './driver/protocol.ts';

const MAIN = fileURLToPath(new URL('driver/main.ts', import.meta.url));

/** The driver's commands, from the process that runs the benchmark. */
export interface Driver extends DriverCommands {
  stop(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the driver. It dies with this process, however that ends. */
export async function startDriver(): Promise<Driver> {
  // The same way of running TypeScript as this process has.
  const child = fork(MAIN, { execArgv: process.execArgv });
  const waiting = new Map<number, Waiting>();
  await once(child, 'message');
  child.on('message', ({ ask, result, error }: Answer) => {
    const asked = waiting.get(ask);
    waiting.delete(ask);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error));
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`The driver has ended: ${signal ?? code}`));
  });
  let asks = 0;
  const ask = <T>(command: CommandName, spec?: unknown): Promise<T> => {
    asks += 1;
    child.send({ ask: asks, command, spec });
    return new Promise((resolve, reject) => {
      waiting.set(asks, { resolve: resolve as (result: unknown) => void, reject });
    });
  };
  return {
    aim: (spec) => ask('aim', spec),
    open: (spec) => ask('open', spec),
    load: (spec) => ask('load', spec),
    flood: (spec) => ask('flood', spec),
    closeStreams: () => ask('closeStreams'),
    leave: () => ask('leave'),
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.disconnect();
  await once(child, 'exit');
}
