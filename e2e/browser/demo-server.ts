import { join } from 'node:path';
import type { Part } from '#scripts/process/part.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { ONE_ADDRESS } from '#scripts/server/one-address.ts';
import { startServer } from '#scripts/server/start-server.ts';

/** A production server of a test's own, with the demo's endpoints. */
export async function startDemoServer(
  env: Readonly<Record<string, string>>,
  givenPort?: number,
): Promise<{ readonly part: Part; readonly url: string }> {
  const port = givenPort ?? (await freePort());
  const logFile = join(ROOT, '.cache', 'test', `e2e-${port}.log`);
  const part = await startServer({ port, env: { DEMO: '1', AUTH: 'none', ...ONE_ADDRESS, ...env }, logFile });
  return { part, url: `http://${LOOPBACK}:${port}` };
}

/** Publishes one event as the demo's producer would. @returns the status */
export async function publishTo(url: string, id: string, seq: number, query = ''): Promise<number> {
  const body = JSON.stringify({ id, seq, producedAtMs: Date.now() });
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/api/feeds/${id}/events${query}`, { method: 'POST', headers, body })).status;
}
