/**
 * What a delivery costs: Feedline's production build and other servers side by side, driven by a process of its own
 * over the loopback, every event looked at. bench/README.md has the method.
 *
 *     npm run bench -- [--workloads broadcast,spread] [--servers feedline,minimal-node] [--runs 5] [--seconds 10]
 *     npm run bench -- --curves all [--servers feedline,minimal-node]
 *     npm run bench -- --markdown bench/results/broadcast-2026-11-25.json
 */
import { startLocalKafka } from '#scripts/local-kafka.ts';
import { startDriver } from './fan-out/driver-client.ts';
import { ensureOpenFiles, machine } from './fan-out/machine.ts';
import { measureCurves, measureWorkloads, warmUpBroker } from './fan-out/measure.ts';
import { type BenchOptions, readOptions } from './fan-out/options.ts';
import type { Peer } from './fan-out/peer.ts';
import { ensureCostsCanBeRead } from './fan-out/process-cost.ts';
import { type BenchResults, readResults, saveResults, sayResults } from './fan-out/results.ts';

const options = readOptions(process.argv.slice(2));
if (options.markdownOf === undefined) await bench(options);
else sayResults(await readResults(options.markdownOf), { isMarkdown: true });

async function bench({ workloads, curves, servers: wanted, runs, seconds, reference, json }: BenchOptions) {
  ensureCostsCanBeRead();
  const all = [...workloads, ...curves.flatMap(({ points }) => points.map(({ workload }) => workload))];
  await ensureOpenFiles(Math.max(...all.map(({ connections }) => connections)));
  const servers = await presentServers(wanted);
  const measuredOn = machine();
  const startedAt = new Date().toISOString();
  const kafka = await startLocalKafka({ log: console.log });
  const driver = await startDriver();
  try {
    const stage = { brokers: kafka.brokers, driver, servers, seconds, log: console.log };
    await warmUpBroker(stage);
    const results: BenchResults = {
      startedAt,
      machine: measuredOn,
      options: { runs, seconds, reference },
      workloads: await measureWorkloads(workloads, runs, stage),
      curves: await measureCurves(curves, stage),
    };
    sayResults(results, { isMarkdown: false });
    console.log(`\nAll runs are in ${await saveResults(results, json)}`);
  } finally {
    await driver.stop();
    await kafka.stop();
  }
}

/** Those that can run here; why another one cannot is said. */
async function presentServers(wanted: readonly Peer[]): Promise<readonly Peer[]> {
  const present: Peer[] = [];
  for (const peer of wanted) {
    const obstacle = await peer.prepare(console.log);
    if (obstacle === undefined) present.push(peer);
    else console.log(`${peer.name} is left out: ${obstacle}`);
  }
  if (present.length === 0) throw new Error('No server is left that could be measured.');
  return present;
}
