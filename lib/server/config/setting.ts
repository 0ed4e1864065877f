/** What the settings of every part are made of. */
import { z } from 'zod';

/** Items between commas; blanks around them and empty ones do not count. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** A whole number in these bounds, both included. */
export const whole = (from: number, to: number, fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^\d+$/.test(text) && Number(text) >= from && Number(text) <= to, {
      error: `should be a whole number from ${from} to ${to}`,
    })
    .transform(Number);

export const flag = z
  .enum(['0', '1'], { error: 'should be 1 or 0' })
  .default('0')
  .transform((text) => text === '1');

/** A value for each topic. */
export interface PerTopic<T> {
  readonly of: (topic: string) => T;
  /** The topics that the setting names. */
  readonly named: ReadonlySet<string>;
}

/** One of these values for all topics, or a list such as `orders=murmur2,payments=any`; the first is the default. */
export const perTopic = <T extends string>(values: readonly [T, ...T[]]) =>
  perTopicOf<T>(values[0], (text) => values.find((known) => known === text), values.join(', '));

/**
 * One value for all topics, or a list of `topic=value`; a topic that is not named gets the one for all, else `fallback`.
 *
 * @param parse a value without the topic; undefined where it is none
 * @param words what a value can be
 */
export const perTopicOf = <T>(fallback: T, parse: (text: string) => T | undefined, words: string) =>
  z
    .string()
    .default('')
    .transform((text, context): PerTopic<T> => {
      const chosen = text === '' ? new Map<string, T>() : parsePerTopic(text, parse);
      if (chosen === null) {
        context.addIssue({ code: 'custom', message: `should be one of ${words}, or a list of topic=value` });
        return z.NEVER;
      }
      const forAll = chosen.get(ALL_TOPICS) ?? fallback;
      const named = new Set(chosen.keys());
      named.delete(ALL_TOPICS);
      return { of: (topic) => chosen.get(topic) ?? forAll, named };
    });

/** No topic has this name. */
const ALL_TOPICS = '';

/** Topic → value. Null where something is no value. */
function parsePerTopic<T>(text: string, parse: (text: string) => T | undefined): Map<string, T> | null {
  const chosen = new Map<string, T>();
  for (const item of text.split(',')) {
    // An equals sign may be a part of the value too.
    const [, topic = ALL_TOPICS, given = ''] = /^\s*(?:([\w.-]+)\s*=)?(.*)$/s.exec(item) ?? [];
    const value = parse(given.trim());
    if (value === undefined) return null;
    chosen.set(topic, value);
  }
  return chosen;
}
