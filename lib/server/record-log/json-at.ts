import { isUtf8 } from 'node:buffer';

/** What stands at a place in a JSON text. */
export type JsonAt =
  | { readonly kind: 'text' | 'integer'; readonly text: string }
  | { readonly kind: 'nothing' | 'other' | 'not-json' };

/** @param path the reference tokens of a JSON pointer (RFC 6901) */
export function jsonAt(json: Buffer, path: readonly string[]): JsonAt {
  // Read as text, bytes that are not UTF-8 would come to be the same ones.
  if (!isUtf8(json)) return { kind: 'not-json' };
  const text = json.toString('utf8');
  const parsed = parse(text);
  if (parsed === undefined) return { kind: 'not-json' };
  const found = valueAt(parsed.value, path);
  if (found === undefined || found === null) return { kind: 'nothing' };
  if (typeof found === 'string') return { kind: 'text', text: found };
  if (!Number.isInteger(found)) return { kind: 'other' };
  if (Number.isSafeInteger(found)) return { kind: 'integer', text: String(found) };
  // JavaScript may have read it as another number: its digits tell which one it is.
  const exact = valueAt(parse(withLongIntegersAsText(text))?.value, path);
  return typeof exact === 'string' ? { kind: 'integer', text: exact } : { kind: 'other' };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // No JSON: that is an answer, not a failure.
    return undefined;
  }
}

/** RFC 6901, section 4; undefined where the path leads to nothing. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const token of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, token)) return undefined;
    // "length" is an array's own property too.
    if (Array.isArray(here) && !/^\d+$/.test(token)) return undefined;
    here = (here as Record<string, unknown>)[token];
  }
  return here;
}

/** The same JSON, with integers of 16 digits and more as texts: a JavaScript number has no more. */
function withLongIntegersAsText(json: string): string {
  const parts: string[] = [];
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at);
    const stop = quote === -1 ? json.length : quote;
    parts.push(json.slice(at, stop).replace(/-?\d[\d.eE+-]*/g, quoteIfLong));
    at = quote === -1 ? stop : endOfString(json, quote);
    parts.push(json.slice(stop, at));
  }
  return parts.join('');
}

function quoteIfLong(number: string): string {
  return /^-?\d{16,}$/.test(number) ? `"${number}"` : number;
}

/** Index behind the quote that ends a string; one behind an odd number of backslashes is a part of it. */
function endOfString(json: string, start: number): number {
  let end = start;
  do {
    end = json.indexOf('"', end + 1);
  } while (end !== -1 && isEscaped(json, end));
  return end === -1 ? json.length : end + 1;
}

function isEscaped(json: string, at: number): boolean {
  let before = at - 1;
  while (json[before] === '\\') before -= 1;
  return (at - before) % 2 === 0;
}
