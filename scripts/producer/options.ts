import { parseArgs } from 'node:util';

export const PRODUCE_HELP = `Usage: npm run produce -- [options]

Writes the lives of orders, one JSON record a change, at an even rate until it is ended.

  --rate N          records per second over all feeds (default 10; 0.1 to 20000)
  --feeds N         how many IDs, from 1234 up (default 20; 1 to 100000)
  --topic NAME      Kafka topic (default orders)
  --brokers A,B     Kafka brokers (default: KAFKA_BROKERS, else 127.0.0.1:9092)
  --create-topic    create the topic when it does not exist (6 partitions)
  --url URL         post to a Feedline server's in-process log instead, as http://127.0.0.1:3000
  --race            also write the three feeds of the compare page: race-steady, race-bursts, race-quiet
  --clock-offset-ms=N
                    write times of production as if this machine's clock were N ms off (default 0; -3600000 to
                    3600000); to see that latencies on the page stay right
  --help            this text

Each record carries seq, a count per ID. On a topic that has records the count goes on where it stood, read from the
topic's end. With --url it starts at 1.
`;

/** One hour, as far as a clock without a time service may plausibly be off. */
const CLOCK_OFFSET_MS_MAX = 3_600_000;

export interface ProduceOptions {
  readonly ratePerSecond: number;
  readonly feeds: number;
  /** Whether the feeds of the compare page are written too. */
  readonly isRacing: boolean;
  /** How far ahead of this machine's clock the times of production are. */
  readonly clockOffsetMs: number;
  readonly target: KafkaTarget | UrlTarget;
}

export interface KafkaTarget {
  readonly kind: 'kafka';
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly createTopic: boolean;
}

export interface UrlTarget {
  readonly kind: 'url';
  readonly url: string;
}

/**
 * Reads the command line.
 *
 * @returns the options, or `'help'`
 * @throws Error that names every bad argument and says what it should be
 */
export function parseProduceOptions(argv: readonly string[], defaultBrokers: string): ProduceOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rate: { type: 'string', default: '10' },
      feeds: { type: 'string', default: '20' },
      topic: { type: 'string' },
      brokers: { type: 'string' },
      url: { type: 'string' },
      'create-topic': { type: 'boolean', default: false },
      race: { type: 'boolean', default: false },
      'clock-offset-ms': { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const problems: string[] = [];
  const ratePerSecond = numberIn(values.rate, 0.1, 20_000) ?? report(problems, '--rate: a number from 0.1 to 20000');
  const feeds = wholeIn(values.feeds, 1, 100_000) ?? report(problems, '--feeds: a whole number from 1 to 100000');
  const clockOffsetMs =
    wholeIn(values['clock-offset-ms'], -CLOCK_OFFSET_MS_MAX, CLOCK_OFFSET_MS_MAX) ??
    report(problems, `--clock-offset-ms: a whole number from -${CLOCK_OFFSET_MS_MAX} to ${CLOCK_OFFSET_MS_MAX}`);
  const target = values.url === undefined ? kafkaTarget(values, defaultBrokers, problems) : urlTarget(values, problems);
  if (problems.length > 0) throw new Error(`Wrong arguments:\n  ${problems.join('\n  ')}`);
  return { ratePerSecond, feeds, isRacing: values.race, clockOffsetMs, target };
}

interface TargetValues {
  readonly topic?: string | undefined;
  readonly brokers?: string | undefined;
  readonly url?: string | undefined;
  readonly 'create-topic': boolean;
}

function kafkaTarget(values: TargetValues, defaultBrokers: string, problems: string[]): KafkaTarget {
  const topic = values.topic ?? 'orders';
  const brokers = (values.brokers ?? defaultBrokers).split(',').map((broker) => broker.trim());
  if (!/^[\w.-]{1,249}$/.test(topic)) report(problems, '--topic: letters, digits, ".", "_" and "-", at most 249');
  if (!brokers.every((broker) => /^\S+:\d{1,5}$/.test(broker))) report(problems, '--brokers: host:port[,host:port…]');
  return { kind: 'kafka', brokers, topic, createTopic: values['create-topic'] };
}

function urlTarget(values: TargetValues, problems: string[]): UrlTarget {
  const isAlone = values.topic === undefined && values.brokers === undefined && !values['create-topic'];
  if (!isAlone) report(problems, '--url goes without --topic, --brokers and --create-topic');
  const url = values.url ?? '';
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) report(problems, '--url: http://host:port');
  return { kind: 'url', url: url.replace(/\/+$/, '') };
}

function numberIn(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return text.trim() !== '' && value >= min && value <= max ? value : undefined;
}

function wholeIn(text: string, min: number, max: number): number | undefined {
  const value = numberIn(text, min, max);
  return Number.isInteger(value) ? value : undefined;
}

/** Notes a problem; the number stands in for the value that is missing, and is never used. */
function report(problems: string[], problem: string): number {
  problems.push(problem);
  return 0;
}
