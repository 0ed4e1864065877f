/**
 * The driver of the fan-out benchmark, a process of its own: it reads all streams and produces all events, so that
 * one clock tells how long an event took. Asked over the IPC channel, it does one thing after another.
 */

import { peerNamed } from '../peers.ts';
import { Tally } from './event-checker.ts';
import { flood } from './flood.ts';
import { httpPublisher } from './http-publisher.ts';
import { runLoad } from './load.ts';
import { openStreams } from './open-streams.ts';
import { payloadMaker } from './payload.ts';
import type { Answer, Ask, DriverCommands, TargetSpec } from './protocol.ts';
import { kafkaPublisher, type Publisher } from './publisher.ts';
import type { StreamConnection } from './stream-connection.ts';

let target: { readonly spec: TargetSpec; readonly publisher: Publisher } | undefined;
let tally = new Tally();
const connections: StreamConnection[] = [];
const seqs = new Map<string, number>();

const commands: DriverCommands = {
  aim: async (spec) => {
    target = { spec, publisher: await publisherFor(spec) };
  },
  open: async (spec) => {
    connections.push(...(await openStreams(spec, aimed().spec.payloadBytes, tally)));
  },
  load: async (spec) => {
    const { spec: targetSpec, publisher } = aimed();
    const makePayload = payloadMaker(targetSpec.payloadBytes);
    return runLoad(spec, { publisher, makePayload, connections, tally, seqs });
  },
  flood: async (spec) => {
    const { spec: targetSpec, publisher } = aimed();
    await flood(spec, publisher, payloadMaker(targetSpec.payloadBytes));
  },
  closeStreams: async () => closeStreams(),
  leave: async () => {
    closeStreams();
    await target?.publisher.close();
    target = undefined;
    tally = new Tally();
    seqs.clear();
  },
};

function closeStreams(): void {
  for (const connection of connections.splice(0)) connection.close();
}

async function publisherFor(spec: TargetSpec): Promise<Publisher> {
  const peer = peerNamed(spec.peer);
  if (peer.fedBy === 'kafka') return kafkaPublisher(spec.brokers, spec.topic);
  const body = peer.publishBody?.bind(peer);
  return httpPublisher({ urls: spec.publishUrls, headers: spec.publishHeaders, body });
}

function aimed(): { readonly spec: TargetSpec; readonly publisher: Publisher } {
  if (target === undefined) throw new Error('The driver has no target yet.');
  return target;
}

process.on('message', ({ ask, command, spec }: Ask) => {
  const work = commands[command] as (spec: unknown) => Promise<unknown>;
  const reply = (answer: Answer): void => void process.send?.(answer);
  work(spec).then(
    (result) => reply({ ask, result }),
    (error: Error) => reply({ ask, error: error.message }),
  );
});
// Its parent is gone, however that ended.
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
