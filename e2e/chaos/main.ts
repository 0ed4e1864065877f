/**
 * `npm run chaos`: nothing lost, repeated or reordered, through cuts, kills and outages, beside the article's way.
 */
import { untilShutdown } from '#scripts/process/until-shutdown.ts';
import { CHAOS_HELP, commandOf, parseChaosOptions } from './options.ts';
import { faultsOf, jsonOf, printFaults, printResult } from './report.ts';
import { runChaos } from './run-chaos.ts';

const EXIT_INTERRUPTED = 130;

const log = (line: string) => console.log(`chaos: ${line}`);

/** Runs it. @returns the exit code: 0 only where nothing is at fault */
export async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 1;
  if (options === 'help') {
    console.log(CHAOS_HELP);
    return 0;
  }
  const { signal } = untilShutdown(() => process.exit(EXIT_INTERRUPTED));
  log(`seed ${options.seed}; the plan again: ${commandOf(options)}`);
  try {
    const result = await runChaos({ options, signal, log });
    const faults = faultsOf(result, options);
    printResult(result);
    console.log(jsonOf(result, options, faults));
    printFaults(faults, options);
    return faults.length === 0 ? 0 : 1;
  } catch (error) {
    if (signal.aborted) {
      log('ended early, so there is nothing to judge');
      return EXIT_INTERRUPTED;
    }
    console.error((error as Error).message);
    return 1;
  }
}

function readOptions(): ReturnType<typeof parseChaosOptions> | undefined {
  try {
    return parseChaosOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    return undefined;
  }
}
