import { join } from 'node:path';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { startServer, untilReady } from '#scripts/server/start-server.ts';
import { nodeProbe } from '../node-probe.ts';
import type { Peer } from '../peer.ts';

/** The production build as it is deployed, but for the age at which it ends a stream: a load may last longer. */
export const feedline = nextPeer('feedline', 'getData', { STREAM_MAX_AGE_MS: '3600000' });

/** The article's way in the same build: its route is there in demo mode alone. */
export const article = nextPeer('article', 'api/article', { DEMO: '1' });

function nextPeer(name: string, path: string, extraEnv: Readonly<Record<string, string>>): Peer {
  return {
    name,
    fedBy: 'kafka',
    isOnRequest: false,
    prepare: async (log) => {
      if (!isBuildFresh()) await build(log);
      return undefined;
    },
    start: async ({ brokers, topic, undo }) => {
      const probe = await nodeProbe();
      const port = await freePort();
      const env = { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPICS: topic, ...probe.env, ...extraEnv };
      const server = await startServer({ name, port, env, logFile: join(ROOT, '.cache', 'bench', `${name}.log`) });
      undo.push(server.stop);
      const baseUrl = `http://${LOOPBACK}:${port}`;
      await untilReady(server, baseUrl);
      return {
        pids: [server.pid],
        streamUrl: (id) => `${baseUrl}/${path}/${encodeURIComponent(id)}`,
        liveHeapBytes: probe.liveHeapBytes,
      };
    },
  };
}
