import { z } from 'zod';
import { FeedEndRule } from '../../protocol/constants.ts';
import { PARTITIONERS, type Partitioner } from '../record-log/partitioner.ts';
import type { FeedIdRule } from '../record-log/port.ts';
import { perTopic, perTopicOf } from './setting.ts';

/** What makes the records of a topic into feeds. */
export interface FeedConfig {
  /** Where the ID of a record stands. */
  readonly idRuleOf: (topic: string) => FeedIdRule;
  /** How the producers place IDs; `any` where that cannot be known. */
  readonly partitionerOf: (topic: string) => Partitioner;
  readonly endOf: (topic: string) => FeedEndRule;
}

const KEY: FeedIdRule = { in: 'key' };
/** What RFC 6901 lets stand between two slashes: a tilde only as ~0 and ~1. */
const REFERENCE_TOKEN = /^(?:[^~]|~[01])*$/;

export const feedSettings = z.object({
  FEED_ID: perTopicOf(KEY, parseIdRule, 'key, header:NAME, json:/POINTER (a comma as %2C, a per cent sign as %25)'),
  FEED_END: perTopic([FeedEndRule.header, FeedEndRule.tombstone, FeedEndRule.both]),
  KAFKA_PARTITIONER: perTopic(PARTITIONERS),
});

type FeedSettings = z.infer<typeof feedSettings>;

/** @param keyedTopic whose records are the server's own, whatever the settings say */
export function feedConfigOf(env: FeedSettings, about: { isInProcess: boolean; keyedTopic?: string }): FeedConfig {
  const idRuleOf = (topic: string): FeedIdRule => (topic === about.keyedTopic ? KEY : env.FEED_ID.of(topic));
  return {
    idRuleOf,
    partitionerOf: (topic) => {
      // Producers place records by their keys: what has another ID can be anywhere.
      if (idRuleOf(topic).in !== 'key') return 'any';
      return about.isInProcess ? 'murmur2' : env.KAFKA_PARTITIONER.of(topic);
    },
    endOf: env.FEED_END.of,
  };
}

/** What does not hold between settings, in words. */
export function feedProblems({ FEED_ID, KAFKA_PARTITIONER }: FeedSettings): readonly string[] {
  const isWrong = (topic: string): boolean => FEED_ID.of(topic).in !== 'key' && KAFKA_PARTITIONER.of(topic) !== 'any';
  return [...KAFKA_PARTITIONER.named]
    .filter(isWrong)
    .map((topic) => `KAFKA_PARTITIONER should say any for ${topic}, or nothing: by FEED_ID its IDs are not the keys`);
}

function parseIdRule(text: string): FeedIdRule | undefined {
  if (text === 'key') return KEY;
  const [, place, encoded = ''] = /^(header|json):(.*)$/.exec(text) ?? [];
  const about = decoded(encoded);
  if (place === undefined || about === undefined) return undefined;
  if (place === 'json') return parsePointer(about);
  return about === '' ? undefined : { in: 'header', name: about };
}

/** A JSON pointer (RFC 6901): empty for the whole value, else tokens that a slash stands before. */
function parsePointer(pointer: string): FeedIdRule | undefined {
  const [before, ...tokens] = pointer.split('/');
  if (before !== '' || !tokens.every((token) => REFERENCE_TOKEN.test(token))) return undefined;
  return { in: 'json', path: tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')) };
}

/** Percent-encoding, as for pointers in URLs (RFC 6901, section 6): a list is cut at its commas before. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // Said by the setting as a whole.
    return undefined;
  }
}
