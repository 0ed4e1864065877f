'use client';

import { useEffect } from 'react';
import { Button } from '#components/ui/button.tsx';
import { announcer } from '#lib/client/announcer.ts';
import type { Connection } from '#lib/client/connection-state.ts';
import { useFeed, useFeedStore } from '#lib/client/hooks/use-feed.ts';
import { useNow } from '#lib/client/hooks/use-now.ts';
import { connectionAnnouncement, connectionWords } from '#lib/client/words.ts';
import { StateShape } from './state-shape.tsx';

/** A connection that is silent for a moment is not worth a word; one that stays so is. */
const STALE_ANNOUNCE_MS = 5000;

interface ConnectionStateProps {
  /** Said before the state when it is read aloud, where several connections are on a page. */
  readonly name?: string;
}

/** The state alone: a shape and a word, never a colour alone. */
export function ConnectionState({ name }: ConnectionStateProps) {
  const connection = useFeed((state) => state.connection);
  const latencyMs = useFeed((state) => state.figures.latencyMsP50);
  const nowMs = useNow(connection.state === 'stale' || connection.state === 'reconnecting');
  const words = connectionWords(connection, Math.max(nowMs, connection.sinceMs), latencyMs);
  useAnnouncement(connection, name);
  return (
    <span
      data-testid="connection"
      data-state={connection.state}
      className={`fade-state inline-flex h-8 w-fit min-w-40 items-center gap-2 rounded-md border border-line bg-surface px-3 font-medium ${hueOf(connection)}`}
    >
      <StateShape state={connection.state} />
      {words}
    </span>
  );
}

/** Why it is not live, where that is known; else `otherwise`. */
export function ConnectionReason({ otherwise = null }: { readonly otherwise?: string | null }) {
  const words = useFeed((state) => state.connection.reason) ?? otherwise;
  if (words === null) return null;
  return <span className="min-w-0 break-words text-ink-muted">{words}</span>;
}

export function RetryButton() {
  const feed = useFeedStore();
  const connection = useFeed((state) => state.connection);
  // What the page itself has closed comes back by the same way: a hidden tab when it is shown, a lane by its switch.
  const hasFailed = connection.state === 'closed' && connection.closeReason === 'failed';
  if (connection.state !== 'reconnecting' && !hasFailed) return null;
  return <Button onClick={() => feed.retryNow()}>Retry now</Button>;
}

function hueOf({ state, closeReason }: Connection): string {
  if (state === 'live') return 'text-live';
  return closeReason === 'failed' ? 'text-loss' : 'text-ink';
}

function useAnnouncement(connection: Connection, name: string | undefined): void {
  const { state } = connection;
  const words = connectionAnnouncement(connection);
  useEffect(() => {
    if (words === null) return;
    const delayMs = state === 'stale' ? STALE_ANNOUNCE_MS : 0;
    const timer = setTimeout(() => announcer.announce(name === undefined ? words : `${name}: ${words}`), delayMs);
    return () => clearTimeout(timer);
  }, [state, words, name]);
}
