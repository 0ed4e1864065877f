import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';

const PRELOAD = new URL('node-probe.mjs', import.meta.url).href;

/** A way to ask a Node server what of its heap lives, without a line of code in it. */
export interface NodeProbe {
  /** For the server's environment. */
  readonly env: Readonly<Record<string, string>>;
  liveHeapBytes(): Promise<number>;
}

export async function nodeProbe(): Promise<NodeProbe> {
  const port = await freePort();
  return {
    env: { NODE_OPTIONS: `--import=${PRELOAD}`, BENCH_PROBE_PORT: String(port) },
    liveHeapBytes: async () => {
      const usage = JSON.parse(await text(connect({ port, host: LOOPBACK }))) as NodeJS.MemoryUsage;
      return usage.heapUsed;
    },
  };
}
