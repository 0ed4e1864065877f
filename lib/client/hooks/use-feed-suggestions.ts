import { useEffect, useRef, useState } from 'react';
import { QueryName } from '#lib/protocol/constants.ts';
import { FEEDS_URL } from '#lib/protocol/paths.ts';
import { systemClock } from '../clock.ts';
import { parseJson } from '../payload.ts';
import { parseFeedList } from '../wire.ts';

const SUGGESTED_MAX = 20;
/** Who types on within this time is not asked for in between, ms. */
const TYPING_MS = 150;
const NONE: readonly string[] = [];

/** Recent IDs that begin with what was typed, newest first. Asks nothing until something is, and only for the newest text. */
export function useFeedSuggestions(): { readonly ids: readonly string[]; readonly suggest: (typed: string) => void } {
  const [ids, setIds] = useState(NONE);
  const asking = useRef(new AbortController());
  useEffect(() => () => asking.current.abort(), []);

  function suggest(typed: string): void {
    asking.current.abort();
    asking.current = new AbortController();
    const { signal } = asking.current;
    setIds((before) => (typed === '' ? NONE : before.filter((id) => id.startsWith(typed))));
    if (typed === '') return;
    systemClock.after(TYPING_MS, signal, () => {
      void findIds(typed, signal).then((found) => {
        if (!signal.aborted) setIds(found);
      });
    });
  }
  return { ids, suggest };
}

async function findIds(prefix: string, signal: AbortSignal): Promise<readonly string[]> {
  const query = new URLSearchParams({ [QueryName.prefix]: prefix, [QueryName.limit]: String(SUGGESTED_MAX) });
  try {
    const response = await fetch(`${FEEDS_URL}?${query}`, { cache: 'no-store', signal });
    const list = response.ok ? parseFeedList(parseJson(await response.text())) : null;
    return list?.feeds.map(({ id }) => id) ?? NONE;
  } catch {
    // Aborted, or the server is away: nothing is suggested, and any ID can still be typed.
    return NONE;
  }
}
