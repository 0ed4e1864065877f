/** What Feedline reads out of a value, where it is there: nothing else of a payload is its business. */
export interface PayloadFacts {
  /** Per-feed counter of the producer, a whole number from 1; null when there is none. */
  readonly seq: number | null;
  /** When it was produced, ms since 1970 by the producer's clock; null when it does not say. */
  readonly producedAtMs: number | null;
}

const NO_FACTS: PayloadFacts = { seq: null, producedAtMs: null };

export function readPayload(data: string): PayloadFacts {
  const value = parseJson(data);
  if (typeof value !== 'object' || value === null) return NO_FACTS;
  const { seq, producedAtMs } = value as Record<string, unknown>;
  return {
    seq: Number.isSafeInteger(seq) ? (seq as number) : null,
    producedAtMs: Number.isFinite(producedAtMs) ? (producedAtMs as number) : null,
  };
}

/** The value of a JSON text; undefined, which no JSON text has, when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What is nested deeper would be indented out of sight, and the blanks alone would take hundreds of megabytes. */
const DEPTH_MAX = 100;

/**
 * Indents a JSON object or array; null for anything else, and for what is nested too deep, which is to be shown verbatim. The text itself is walked,
 * not parsed and written again: that would round numbers over 2^53 and drop repeated keys.
 */
export function prettyJson(text: string): string | null {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return null;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let out = '';
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    const isClosing = token === '}' || token === ']';
    if (isClosing) depth -= 1;
    if (isClosing ? before !== '{' && before !== '[' : isBreakAfter(before)) out += `\n${'  '.repeat(depth)}`;
    out += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
    if (depth > DEPTH_MAX) return null;
  }
  return out;
}

function isBreakAfter(token: string | undefined): boolean {
  return token === '{' || token === '[' || token === ',';
}
