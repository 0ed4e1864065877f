import { z } from 'zod';
import type { KafkaSecurity } from './kafka-security-settings.ts';
import { list, whole } from './setting.ts';

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly security: KafkaSecurity;
  readonly groupPrefix: string;
  readonly sessionTimeoutMs: number;
  /** How often the consumer looks for new partitions, and whether topics were created again. */
  readonly metadataMaxAgeMs: number;
}

const BROKER = /^(\[[0-9a-fA-F:]+\]|[^\s:,/]+):\d{1,5}$/;

export const kafkaSettings = z.object({
  KAFKA_BROKERS: list
    .refine((items) => items.length > 0 && items.every((item) => BROKER.test(item)), {
      error: 'should be a list like broker-1:9092,broker-2:9092',
    })
    .optional(),
  KAFKA_GROUP_PREFIX: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'should be letters, digits, ".", "_" or "-"')
    .default('feedline'),
  KAFKA_SESSION_TIMEOUT_MS: whole(1_000, 1_800_000, 30_000),
  KAFKA_METADATA_MAX_AGE_MS: whole(100, 3_600_000, 10_000),
});

export function kafkaConfigOf(env: z.infer<typeof kafkaSettings>, security: KafkaSecurity): KafkaConfig {
  return {
    brokers: env.KAFKA_BROKERS ?? [],
    security,
    groupPrefix: env.KAFKA_GROUP_PREFIX,
    sessionTimeoutMs: env.KAFKA_SESSION_TIMEOUT_MS,
    metadataMaxAgeMs: env.KAFKA_METADATA_MAX_AGE_MS,
  };
}
