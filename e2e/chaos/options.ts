import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { KILL_TARGETS, type KillTarget } from './schedule.ts';

export const CHAOS_HELP = `Usage: npm run chaos -- [options]

Cuts connections, kills pods and the broker under load, and compares what every client was given with what Kafka holds.
Ends with 0 only when nothing was lost, repeated or reordered, and when the article's way lost something.

  --seconds N   how long records are produced (default 45; longer where a kill takes longer)
  --seed S      what happens when; the same seed repeats the plan (default: a new one, which is printed)
  --clients N   clients that keep their cursor (default 60)
  --rate N      records per second (default 200)
  --stock       the broker with Kafka's own default timings, which the local one lowers
  --help        this text
`;

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: string;
  readonly clients: number;
  readonly ratePerSecond: number;
  readonly cutsPerSecond: number;
  readonly isStock: boolean;
  readonly targets: readonly KillTarget[];
  /** Every client must be live so long after the broker accepts connections again, at most. */
  readonly liveAgainMaxMs: number;
  /** With less than this the run has shown nothing, and fails. */
  readonly atLeast: { readonly records: number; readonly cuts: number };
}

const CUTS_PER_SECOND = 6;
const LIVE_AGAIN_MAX_MS = 3_000;
/** What a run of the default length must reach. */
const AT_LEAST = { records: 5_000, cuts: 100 };
/** Of what was asked for: a machine may be slow, and an outage holds records up. */
const LEAST_SHARE = 0.6;

/** Reads the command line. @throws Error that names what is wrong */
export function parseChaosOptions(argv: readonly string[]): ChaosOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seconds: { type: 'string', default: '45' },
      seed: { type: 'string', default: randomBytes(4).toString('hex') },
      clients: { type: 'string', default: '60' },
      rate: { type: 'string', default: '200' },
      stock: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const seconds = wholeOf('--seconds', values.seconds, 10, 600);
  const ratePerSecond = wholeOf('--rate', values.rate, 10, 2_000);
  return {
    seconds,
    seed: values.seed,
    clients: wholeOf('--clients', values.clients, 10, 500),
    ratePerSecond,
    cutsPerSecond: CUTS_PER_SECOND,
    isStock: values.stock,
    targets: KILL_TARGETS,
    // On a stock broker it is measured, and not promised.
    liveAgainMaxMs: values.stock ? Number.POSITIVE_INFINITY : LIVE_AGAIN_MAX_MS,
    atLeast: {
      records: Math.min(AT_LEAST.records, LEAST_SHARE * seconds * ratePerSecond),
      cuts: Math.min(AT_LEAST.cuts, LEAST_SHARE * seconds * CUTS_PER_SECOND),
    },
  };
}

/** The command that repeats the plan. */
export function commandOf({ seconds, seed, clients, ratePerSecond, isStock }: ChaosOptions): string {
  const stock = isStock ? ' --stock' : '';
  return `npm run chaos -- --seed ${seed} --seconds ${seconds} --clients ${clients} --rate ${ratePerSecond}${stock}`;
}

function wholeOf(name: string, text: string, from: number, to: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= from && number <= to) return number;
  throw new Error(`${name} is "${text}": it should be a whole number from ${from} to ${to}.`);
}
