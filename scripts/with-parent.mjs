/**
 * Runs a command that cannot outlive the process that asked for it, however that one ends (SIGKILL too).
 *
 *     node scripts/with-parent.mjs '{"graceMs":3000,"removeDir":"/tmp/x"}' command arguments…
 *
 * The asking process holds the other end of an IPC channel. The kernel closes it when that process dies, and no
 * signal handler of a dying process is needed for it. Then the command gets SIGTERM, after `graceMs` SIGKILL with all
 * that it started, and `removeDir` is removed. Until then signals are passed on, and the command's end is ours.
 * `{ pid }` of the command is sent over the channel, so that the asking process can end it should we be killed.
 * Uses Node's built-ins only.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const GROUP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const [optionsJson = '{}', command, ...args] = process.argv.slice(2);
/** @type {{ graceMs?: number, removeDir?: string }} */
const options = JSON.parse(optionsJson);

if (command === undefined || process.send === undefined || !process.connected) {
  console.error('with-parent.mjs: needs a command, and a parent with an IPC channel that is alive.');
  process.exit(1);
}

// A process group of its own: killing the group reaches what the command started too.
const child = spawn(command, args, { stdio: 'inherit', detached: true });
let isOrphan = false;

/** @param {NodeJS.Signals} signal */
function signalGroup(signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: the group has just ended by itself, which is what was wanted.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

child.on('spawn', () => process.send?.({ pid: child.pid }));
child.on('error', (error) => {
  console.error(`${command} could not be started: ${error.message}`);
  process.exit(127);
});
for (const signal of GROUP_SIGNALS) process.on(signal, () => child.kill(/** @type {NodeJS.Signals} */ (signal)));

process.on('disconnect', () => {
  isOrphan = true;
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), options.graceMs ?? 0);
});

child.on('exit', (code, signal) => {
  if (isOrphan) {
    signalGroup('SIGKILL');
    if (options.removeDir !== undefined) rmSync(options.removeDir, { recursive: true, force: true });
  }
  if (signal !== null) {
    for (const name of GROUP_SIGNALS) process.removeAllListeners(name);
    process.kill(process.pid, signal);
    return;
  }
  process.exit(code ?? 1);
});
