import { EventFormat } from '#lib/protocol/constants.ts';

/**
 * How a client reads: over SSE; over SSE, at times taking nothing from its socket (`slow`); over SSE, at times away for
 * seconds, as a laptop that was closed (`sleeper`); by long polls; by both in turn, with one cursor (`switcher`); or
 * over SSE as the article has it, without a cursor.
 */
export const CLIENT_KINDS = ['stream', 'slow', 'sleeper', 'poll', 'switcher', 'article'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export interface ClientSpec {
  readonly name: string;
  readonly feedId: string;
  readonly kind: ClientKind;
  readonly format: EventFormat;
}

/** Most over SSE, and every other kind among each ten. */
const MIX: readonly ClientKind[] = [
  'stream',
  'sleeper',
  'poll',
  'stream',
  'slow',
  'stream',
  'switcher',
  'poll',
  'sleeper',
  'stream',
];
const CLIENTS_OF_A_FEED = 5;

export interface Cast {
  readonly feedIds: readonly string[];
  /** They know PROTOCOL.md and keep their cursor. */
  readonly ours: readonly ClientSpec[];
  /** One for each feed. */
  readonly articles: readonly ClientSpec[];
}

/** Who takes part: feeds of about five clients each, and one client of the article's on each feed. */
export function castOf(clientCount: number): Cast {
  const feedCount = Math.max(2, Math.round(clientCount / CLIENTS_OF_A_FEED));
  const feedIds = Array.from({ length: feedCount }, (_, index) => `chaos-${index + 1}`);
  const ours = Array.from({ length: clientCount }, (_, index): ClientSpec => {
    const kind = MIX[index % MIX.length] ?? 'stream';
    // By tens, so that each kind comes in both formats.
    const format = Math.floor(index / MIX.length) % 2 === 0 ? EventFormat.envelope : EventFormat.raw;
    return { name: `${kind} ${index + 1}`, feedId: feedIds[index % feedCount] ?? '', kind, format };
  });
  const articles = feedIds.map(
    (feedId): ClientSpec => ({ name: `article on ${feedId}`, feedId, kind: 'article', format: EventFormat.raw }),
  );
  return { feedIds, ours, articles };
}
