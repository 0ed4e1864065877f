/**
 * What a delivery costs: Feedline's production build and other servers side by side, driven by a process of its own
 * over the loopback, every event looked at. bench/README.md has the method.
 *
 *     npm run bench -- [--workloads broadcast,spread] [--servers feedline,minimal-node] [--runs 5] [--seconds 10]
 *         [--reference minimal-node] [--json file] [--markdown]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startLocalKafka } from '#scripts/local-kafka.ts';
import { ROOT } from '#scripts/process/root.ts';
import { type BoutResult, runBout } from './fan-out/bout.ts';
import { type Driver, startDriver } from './fan-out/driver-client.ts';
import { ensureOpenFiles, machine } from './fan-out/machine.ts';
import { type BenchOptions, readOptions } from './fan-out/options.ts';
import type { Peer } from './fan-out/peer.ts';
import { ensureCostsCanBeRead } from './fan-out/process-cost.ts';
import { markdownOf, tableOf, type WorkloadResult } from './fan-out/report.ts';

const options = readOptions(process.argv.slice(2));
ensureCostsCanBeRead();
ensureOpenFiles(Math.max(...options.workloads.map(({ connections }) => connections)));
const measuredOn = machine();
const startedAt = new Date();
const servers = await presentServers(options.servers);
const kafka = await startLocalKafka({ log: console.log });
const driver = await startDriver();
try {
  const results = await measure(options, { brokers: kafka.brokers, driver });
  report(results, options);
  await save(results, options);
} finally {
  await driver.stop();
  await kafka.stop();
}

/** Those that can run here; why another one cannot is said. */
async function presentServers(wanted: readonly Peer[]): Promise<readonly Peer[]> {
  const present: Peer[] = [];
  for (const peer of wanted) {
    const obstacle = await peer.prepare(console.log);
    if (obstacle === undefined) present.push(peer);
    else console.log(`${peer.name} is left out: ${obstacle}`);
  }
  return present;
}

interface Stage {
  readonly brokers: readonly string[];
  readonly driver: Driver;
}

/** Every server once in every workload, and then again: what disturbs the machine for a while disturbs all of them. */
async function measure({ workloads, runs, seconds }: BenchOptions, stage: Stage): Promise<WorkloadResult[]> {
  const results = workloads.map((workload) => ({
    workload,
    servers: servers
      .filter((peer) => workload.suits(peer))
      .map((peer) => ({ name: peer.name, fedBy: peer.fedBy, peer, runs: [] as BoutResult[] })),
  }));
  for (let run = 1; run <= runs; run += 1) {
    for (const { workload, servers: rows } of results) {
      for (const row of rows) {
        const result = await runBout({ workload, peer: row.peer, seconds, log: console.log, ...stage });
        row.runs.push(result);
        console.log(`run ${run}/${runs} ${workload.name} ${row.name}: ${inWords(result)}`);
      }
    }
  }
  return results;
}

function inWords(result: BoutResult): string {
  if ('failure' in result) return `FAILED: ${result.failure}`;
  const figures = Object.entries(result.figures);
  return figures.map(([key, value]) => `${key} ${Number(value.toPrecision(4))}`).join(', ');
}

function report(results: readonly WorkloadResult[], { reference, isMarkdown }: BenchOptions): void {
  for (const result of results) {
    const table = tableOf(result, reference);
    console.log(`\n${result.workload.name}: ${result.workload.title}`);
    if (isMarkdown) console.log(markdownOf(table));
    else console.table(Object.fromEntries(table.map(({ server, ...cells }) => [server, cells])));
  }
}

async function save(
  results: readonly WorkloadResult[],
  { json, workloads, runs, seconds }: BenchOptions,
): Promise<void> {
  const day = startedAt.toISOString().slice(0, 10);
  const names = workloads.map(({ name }) => name);
  const file = json ?? join(ROOT, 'bench', 'results', `${names.join('+')}-${day}.json`);
  const rows = results.map(({ workload: { name, title, figures }, servers: each }) => ({
    workload: { name, title, figures },
    servers: each.map((server) => ({ name: server.name, fedBy: server.fedBy, runs: server.runs })),
  }));
  const content = { startedAt, machine: measuredOn, options: { runs, seconds }, results: rows };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
  console.log(`\nAll runs are in ${file}`);
}
