/**
 * What tests may use of Kafka. `npm test` and the vitest and Playwright configurations set these variables:
 *
 * - `TEST_KAFKA_BROKERS`: a broker that all tests share. Never kill or stop it; a test that needs an outage starts one
 *   of its own with `startLocalKafka`.
 * - `NO_BROKER_REASON`: why there is no shared broker.
 * - `NO_LOCAL_KAFKA_REASON`: why a test cannot start a broker of its own.
 */
import { describe } from 'vitest';

/** The shared broker. @throws Error when there is none: only for tests inside `describeWithBroker`. */
export function testBrokers(): string[] {
  const brokers = process.env.TEST_KAFKA_BROKERS;
  if (!brokers) throw new Error('There is no shared broker: put the test into describeWithBroker.');
  return brokers.split(',');
}

/** `describe` for tests that need the shared broker; without one they are skipped, the reason in their name. */
export function describeWithBroker(name: string, tests: () => void): void {
  describeUnless(process.env.NO_BROKER_REASON, name, tests);
}

/** `describe` for tests that start, kill and restart a broker of their own. */
export function describeWithLocalKafka(name: string, tests: () => void): void {
  describeUnless(process.env.NO_LOCAL_KAFKA_REASON, name, tests);
}

/** `describe` for tests that are skipped for a reason, which is then in their name. */
export function describeUnless(reason: string | undefined, name: string, tests: () => void): void {
  const declare = reason ? describe.skip : describe;
  declare(reason ? `${name} [skipped: ${reason}]` : name, tests);
}
