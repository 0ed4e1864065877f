import { join } from 'node:path';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { ONE_ADDRESS } from '#scripts/server/one-address.ts';
import { startServer, untilReady } from '#scripts/server/start-server.ts';
import { nodeProbe } from '../node-probe.ts';
import type { Peer } from '../peer.ts';

/** As it is deployed, but for the age at which it ends a stream: a load may last longer. */
const FEEDLINE_ENV = { STREAM_MAX_AGE_MS: '3600000' };

/** The production build. */
export const feedline = nextPeer({ name: 'feedline', path: 'getData', extraEnv: FEEDLINE_ENV });

/** The same, with its streams left to Next.js to the last byte. */
export const feedlineWeb = nextPeer({
  name: 'feedline-web',
  path: 'getData',
  extraEnv: { ...FEEDLINE_ENV, STREAM_SINK: 'web' },
  isOnRequest: true,
});

/** The article's way in the same build: its route is there in demo mode alone. */
export const article = nextPeer({ name: 'article', path: 'api/article', extraEnv: { DEMO: '1' } });

interface NextPeerOptions {
  readonly name: string;
  readonly path: string;
  readonly extraEnv: Readonly<Record<string, string>>;
  readonly isOnRequest?: boolean;
}

function nextPeer({ name, path, extraEnv, isOnRequest = false }: NextPeerOptions): Peer {
  return {
    name,
    fedBy: 'kafka',
    isOnRequest,
    prepare: async (log) => {
      if (!isBuildFresh()) await build(log);
      return undefined;
    },
    start: async ({ brokers, topic, undo }) => {
      const probe = await nodeProbe();
      const port = await freePort();
      const kafka = { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPICS: topic };
      const env = { AUTH: 'none', ...ONE_ADDRESS, ...kafka, ...probe.env, ...extraEnv };
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
