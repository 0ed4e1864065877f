import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPart } from '#scripts/process/part.ts';
import { freePort, isAccepting, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import type { Peer } from '../peer.ts';
import { ensureNginx, findNginx } from './nginx.ts';

const TEMPLATE = fileURLToPath(new URL('nchan.conf', import.meta.url));
const TIMEOUT_MS = 10_000;

/** nginx with nchan, in C: one worker, fed by POSTs. */
export const nchan: Peer = {
  name: 'nchan',
  fedBy: 'http',
  isOnRequest: false,
  prepare: ensureNginx,
  start: async ({ undo }) => {
    const nginx = findNginx();
    if (nginx === undefined) throw new Error('nginx with nchan is not here.');
    const port = await freePort();
    const folder = join(ROOT, '.cache', 'bench', 'nchan');
    const configFile = await writeConfig({ module: nginx.module, folder, port: String(port) });
    const args = ['-p', folder, '-c', configFile, '-e', join(folder, 'error.log')];
    const server = await startPart({ name: 'nchan', command: nginx.command, args });
    undo.push(server.stop);
    const failure = () => (server.isRunning() ? undefined : `nginx has ended:\n${server.lastLines().join('\n')}`);
    const workers = async () => ((await isAccepting(port)) ? childrenOf(server.pid) : undefined);
    const pids = await waitUntil('nginx being up', workers, { timeoutMs: TIMEOUT_MS, intervalMs: 20, failure });
    const baseUrl = `http://${LOOPBACK}:${port}`;
    return {
      pids: [server.pid, ...pids],
      streamUrl: (id) => `${baseUrl}/stream/${id}`,
      publishUrl: (id) => `${baseUrl}/publish/${id}`,
    };
  },
};

async function writeConfig(values: { module: string; folder: string; port: string }): Promise<string> {
  await mkdir(values.folder, { recursive: true });
  const template = await readFile(TEMPLATE, 'utf8');
  const config = template.replaceAll(/\{(module|folder|port)\}/g, (_, name: keyof typeof values) => values[name]);
  const file = join(values.folder, 'nginx.conf');
  await writeFile(file, config);
  return file;
}

/** The worker does the work: the process that was started only watches over it. */
async function childrenOf(pid: number): Promise<readonly number[] | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = children.trim().split(/\s+/).filter(Boolean).map(Number);
  return pids.length > 0 ? pids : undefined;
}
