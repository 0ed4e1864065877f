import { parseArgs } from 'node:util';

export const TEST_HELP = `Usage: npm test -- [--unit] [--integration] [--e2e] [--compose] [filter…]

Runs every test but those of docker compose, or the named kinds; a filter is a part of a file's path.

KAFKA_BROKERS   test against this Kafka (the tests make topics of their own and never stop it)
BASE_URL        run the browser tests against this server
CHROMIUM_PATH   the Chromium to use
`;

export type TestKind = 'unit' | 'integration' | 'e2e' | 'compose';

export interface TestOptions {
  readonly kinds: ReadonlySet<TestKind>;
  readonly filters: readonly string[];
}

/** Reads the command line. @throws Error for an option that does not exist */
export function parseTestOptions(argv: readonly string[]): TestOptions | 'help' {
  const flag = { type: 'boolean', default: false } as const;
  const options = { unit: flag, integration: flag, e2e: flag, compose: flag, help: flag };
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help) return 'help';
  const all: readonly TestKind[] = ['unit', 'integration', 'e2e'];
  const named = [...all, 'compose' as const].filter((kind) => values[kind]);
  return { kinds: new Set(named.length > 0 ? named : all), filters: positionals };
}
