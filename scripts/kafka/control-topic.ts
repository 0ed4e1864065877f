import { CONTROL_TOPIC } from '#lib/protocol/control.ts';
import { ensureTopic } from '#scripts/kafka/admin.ts';

/** What is older is of no use to anyone; a segment must be closed before Kafka deletes it. */
const KEPT_MS = 600_000;

/**
 * Creates the demo's control topic unless it exists. One partition: what one order has led to has one order.
 *
 * @returns whether it was created
 */
export function ensureControlTopic(brokers: readonly string[]): Promise<boolean> {
  const config = { 'retention.ms': String(KEPT_MS), 'segment.ms': String(KEPT_MS) };
  return ensureTopic(brokers, { topic: CONTROL_TOPIC, partitions: 1, config });
}
