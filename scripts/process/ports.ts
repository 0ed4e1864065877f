import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';

/** The one address that the demo and the tests listen on. */
export const LOOPBACK = '127.0.0.1';

/** A port that the system says is free right now. Another process may take it before it is used: be ready to retry. */
export async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === undefined) throw new Error('The system has no free port.');
  return port;
}

export async function isPortFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

/** `from`, or the next port above it that is free. */
export async function nextFreePort(from: number): Promise<number> {
  for (let port = from; port <= 65_535; port += 1) {
    if (await isPortFree(port)) return port;
  }
  return freePort();
}

/** Whether something accepts connections there. */
export async function isAccepting(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: LOOPBACK });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Refused: the answer to the question, not a failure.
    return false;
  } finally {
    socket.destroy();
  }
}

async function listenOnce(port: number): Promise<number | undefined> {
  // A listener on all addresses does not stop one on the loopback from binding, so it is looked for first.
  if (port !== 0 && (await isAccepting(port))) return undefined;
  const server = createServer();
  try {
    server.listen({ port, host: LOOPBACK, exclusive: true });
    await once(server, 'listening');
  } catch {
    // Taken, or not allowed (below 1024): either way not free for us.
    return undefined;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : undefined;
}
