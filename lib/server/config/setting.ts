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

/** One value for all topics, or a list such as `orders=murmur2,payments=any`; a topic that is not named gets `first`. */
export const perTopic = <T extends string>(values: readonly [T, ...T[]]) =>
  z
    .string()
    .default(values[0])
    .transform((text, context) => {
      const chosen = parsePerTopic(text, values);
      if (chosen !== null) return (topic: string): T => chosen.get(topic) ?? chosen.get('') ?? values[0];
      const message = `should be one of ${values.join(', ')}, or a list of topic=value`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });

/** Topic → value; '' is every topic that is not named. Null where something is none of the values. */
function parsePerTopic<T extends string>(text: string, values: readonly T[]): Map<string, T> | null {
  const chosen = new Map<string, T>();
  for (const item of text.split(',')) {
    const [topic, name] = item.includes('=') ? item.split('=').map((part) => part.trim()) : ['', item.trim()];
    const value = values.find((known) => known === name);
    if (topic === undefined || value === undefined) return null;
    chosen.set(topic, value);
  }
  return chosen;
}
