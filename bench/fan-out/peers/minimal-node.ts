import { fileURLToPath } from 'node:url';
import { startPart } from '#scripts/process/part.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { nodeProbe } from '../node-probe.ts';
import type { Peer } from '../peer.ts';
import { firstLine } from './first-line.ts';

const SERVER = fileURLToPath(new URL('minimal-node-server.mjs', import.meta.url));

/** The hand-written server, as a consumer of Kafka. */
export const minimalNode = minimalPeer('minimal-node', 'kafka');

/** The same server fed by POSTs: what those peers are to be held against that know no Kafka. */
export const minimalNodeHttp = minimalPeer('minimal-node-http', 'http');

function minimalPeer(name: string, fedBy: Peer['fedBy']): Peer {
  return {
    name,
    fedBy,
    isOnRequest: false,
    prepare: async () => undefined,
    start: async ({ brokers, topic, undo }) => {
      const probe = await nodeProbe();
      const port = await freePort();
      const kafka = fedBy === 'kafka' ? { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC: topic } : {};
      const env = { NODE_ENV: 'production', PORT: String(port), FEED: fedBy, ...kafka, ...probe.env };
      const listening = firstLine(/^listening$/);
      const server = await startPart({
        name,
        command: process.execPath,
        args: [SERVER],
        env,
        onLine: listening.onLine,
      });
      undo.push(server.stop);
      await listening.of(server);
      const baseUrl = `http://${LOOPBACK}:${port}`;
      return {
        pids: [server.pid],
        streamUrl: (id) => `${baseUrl}/stream/${id}`,
        ...(fedBy === 'http' ? { publishUrl: (id: string) => `${baseUrl}/publish/${id}` } : {}),
        liveHeapBytes: probe.liveHeapBytes,
      };
    },
  };
}
