import { asFields } from '../../protocol/fields.ts';

/** Which feeds a token's holder may watch. */
export type MayWatch = (topic: string, id: string) => boolean;

/** What one element of the claim grants. */
type Grant = { readonly topic: string } & (
  | { readonly id: string }
  | { readonly prefix: string }
  | { readonly all: true }
);

/** What is granted of one topic. */
interface TopicGrants {
  isAll: boolean;
  readonly ids: Set<string>;
  /** Sorted, and none begins with another one: so the greatest that is not above an ID is the only candidate. */
  prefixes: string[];
}

const KINDS = ['id', 'prefix', 'all'] as const;

/**
 * Reads the claim that lists feeds (PROTOCOL.md, Authorisation): a text is one ID of the default topic, exactly; an
 * object says which kind it is. No character of an ID means anything, so none needs an escape. Texts are compared as
 * they are: no case, no Unicode normalisation, no percent-decoding.
 *
 * @param claim undefined where the token has none: then nothing may be watched
 * @returns null where any of it is not understood: what it would restrict must not be guessed
 */
export function readFeedGrants(claim: unknown, defaultTopic: string): MayWatch | null {
  if (claim === undefined) return () => false;
  if (!Array.isArray(claim)) return null;
  const topics = new Map<string, TopicGrants>();
  for (const element of claim) {
    const grant = readGrant(element, defaultTopic);
    if (grant === null) return null;
    add(topics, grant);
  }
  for (const grants of topics.values()) grants.prefixes = withoutCovered(grants.prefixes);
  return (topic, id) => {
    const grants = topics.get(topic);
    return grants !== undefined && (grants.isAll || grants.ids.has(id) || hasPrefix(grants.prefixes, id));
  };
}

function readGrant(element: unknown, defaultTopic: string): Grant | null {
  if (isText(element)) return { topic: defaultTopic, id: element };
  const fields = asFields(element);
  if (fields === null || Array.isArray(element)) return null;
  const { topic = defaultTopic, id, prefix, all, ...unknown } = fields;
  const isOne = KINDS.filter((kind) => kind in fields).length === 1;
  if (!isText(topic) || !isOne || Object.keys(unknown).length > 0) return null;
  if (isText(id)) return { topic, id };
  if (isText(prefix)) return { topic, prefix };
  return all === true ? { topic, all } : null;
}

/** An empty text is a mistake, above all an empty prefix. Half a surrogate pair is no text: no ID has one. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/\p{Surrogate}/u.test(value);
}

function add(topics: Map<string, TopicGrants>, grant: Grant): void {
  const grants = topics.get(grant.topic) ?? { isAll: false, ids: new Set(), prefixes: [] };
  topics.set(grant.topic, grants);
  if ('id' in grant) grants.ids.add(grant.id);
  else if ('prefix' in grant) grants.prefixes.push(grant.prefix);
  else grants.isAll = true;
}

function withoutCovered(prefixes: readonly string[]): string[] {
  const kept: string[] = [];
  for (const prefix of prefixes.toSorted(byCodeUnit)) {
    const last = kept.at(-1);
    if (last === undefined || !prefix.startsWith(last)) kept.push(prefix);
  }
  return kept;
}

/** As `sort` does by itself, said aloud: `startsWith` counts in code units too. */
function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function hasPrefix(prefixes: readonly string[], id: string): boolean {
  let from = 0;
  let to = prefixes.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((prefixes[middle] ?? '') <= id) from = middle + 1;
    else to = middle;
  }
  const candidate = prefixes[from - 1];
  return candidate !== undefined && id.startsWith(candidate);
}
