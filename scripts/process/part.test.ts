import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAlive } from '#scripts/process/is-alive.ts';
import { startPart } from '#scripts/process/part.ts';
import { ROOT } from '#scripts/process/root.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';

const TIMEOUT_MS = 20_000;
/** A program that says it is up, ends when told (or, deaf, does not), and would run for ever. */
const FOREVER = "setInterval(() => undefined, 1000); console.log('up');";
const DEAF = `process.on('SIGTERM', () => console.log('heard')); ${FOREVER}`;

const node = (script: string) => ({ name: 'part', command: process.execPath, args: ['-e', script] });

const untilGone = (pid: number) =>
  waitUntil(`The end of process ${pid}`, async () => (isAlive(pid) ? undefined : true), { timeoutMs: TIMEOUT_MS });

async function startUp(script: string, graceMs: number) {
  const lines: string[] = [];
  const part = await startPart({ ...node(script), graceMs, onLine: (line) => void lines.push(line) });
  await waitUntil('Its first line', async () => lines[0], { timeoutMs: TIMEOUT_MS });
  return part;
}

describe('a part', { timeout: 60_000 }, () => {
  test('that is stopped gets SIGTERM, and its end and last lines are told', async () => {
    const part = await startUp(FOREVER, 10_000);
    expect(await part.stop()).toMatchObject({ signal: 'SIGTERM', reason: 'SIGTERM' });
    expect(part.lastLines()).toEqual(['up']);
    expect(isAlive(part.pid)).toBe(false);
  });

  test('that does not listen is killed after its grace', async () => {
    const part = await startUp(DEAF, 100);
    expect(await part.stop()).toMatchObject({ signal: 'SIGKILL' });
    expect(part.lastLines()).toContain('heard');
  });

  test('that cannot be started is an error with the reason', async () => {
    await expect(startPart({ name: 'nothing', command: '/nowhere/nothing', args: [] })).rejects.toThrow(
      /could not be started/,
    );
  });

  test('dies with the process that started it, even by SIGKILL, and its folder goes too', async () => {
    const removeDir = mkdtempSync(join(tmpdir(), 'feedline-part-'));
    const options = JSON.stringify({ ...node(DEAF), graceMs: 100, removeDir });
    const program = `import('#scripts/process/part.ts').then(async ({ startPart }) => {
      console.log((await startPart(${options})).pid);
    });`;
    const parent = spawn(process.execPath, ['--import', 'tsx', '-e', program], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pidText] = await once(parent.stdout, 'data');
    const pid = Number(String(pidText));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await untilGone(pid);
    await waitUntil('The folder being gone', async () => (existsSync(removeDir) ? undefined : true), {
      timeoutMs: TIMEOUT_MS,
    });
  });
});
