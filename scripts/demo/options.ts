import { parseArgs } from 'node:util';

/** Each pod takes some 150 MB. */
const PODS_MAX = 8;

export const DEMO_HELP = `Usage: npm run demo -- [options]

Starts all of Feedline on this machine: a record log, two pods of the server behind a load balancer, a producer, and a
page in the browser. A pod that is killed is started again.

  --no-open    print the URL, open no browser
  --pods N     how many pods, 1 to 8 (default 2; always 1 where there is no Kafka)
  --rate N     records per second, beside the feeds of the compare page (default 10)
  --feeds N    how many IDs, from 1234 up (default 20)
  --help       this text

PORT            the load balancer's port (default 3000; the next free one where it is taken)
KAFKA_BROKERS   use this Kafka; only the topics feedline-demo and feedline-control are created and written
KAFKA_PORT      port of the broker that the demo starts (default 9092; the next free one where it is taken)
`;

export interface DemoOptions {
  readonly isOpening: boolean;
  /** `undefined` where nothing was said. */
  readonly pods: number | undefined;
  readonly rate: string;
  readonly feeds: string;
  readonly port: number;
  readonly kafkaPort: number;
  readonly brokers: readonly string[];
}

/**
 * Reads the command line and the environment. Rate and feeds are checked by the producer's own parser, in `main`.
 *
 * @throws Error that names what is wrong
 */
export function parseDemoOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      'no-open': { type: 'boolean', default: false },
      pods: { type: 'string' },
      rate: { type: 'string', default: '10' },
      feeds: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const brokers = (env.KAFKA_BROKERS ?? '').split(',').filter((broker) => broker.trim() !== '');
  return {
    isOpening: !values['no-open'],
    pods: values.pods === undefined ? undefined : podsOf(values.pods),
    rate: values.rate,
    feeds: values.feeds,
    port: portOf('PORT', env.PORT, 3000),
    kafkaPort: portOf('KAFKA_PORT', env.KAFKA_PORT, 9092),
    brokers,
  };
}

function podsOf(text: string): number {
  const pods = Number(text);
  if (Number.isInteger(pods) && pods >= 1 && pods <= PODS_MAX) return pods;
  throw new Error(`--pods is "${text}": it should be a whole number from 1 to ${PODS_MAX}.`);
}

function portOf(name: string, text: string | undefined, fallback: number): number {
  if (!text) return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new Error(`${name} is "${text}": it should be a port from 1 to 65535.`);
}
