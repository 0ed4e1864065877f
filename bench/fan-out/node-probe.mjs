/**
 * Loaded into a Node server that is measured (`--import`): collects its garbage and tells what of its heap lives,
 * when somebody connects to BENCH_PROBE_PORT. Until then it costs a listening socket.
 */
import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const COLLECTIONS = 4;

async function liveMemory() {
  setFlagsFromString('--expose-gc');
  /** @type {() => void} */
  const collect = runInNewContext('gc');
  for (let times = 0; times < COLLECTIONS; times += 1) {
    collect();
    // What waits for a collection to be let go (weak references) goes in the next one.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage();
}

const port = Number(process.env.BENCH_PROBE_PORT);
// The guard in front of the server has the same environment, and is not what is measured.
const isGuard = process.argv[1]?.endsWith('with-parent.mjs') ?? false;
if (port > 0 && !isGuard) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    void liveMemory().then((usage) => socket.end(JSON.stringify(usage)));
  });
  server.listen(port, '127.0.0.1');
  server.unref();
}
