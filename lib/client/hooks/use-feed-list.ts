import { useEffect, useState } from 'react';
import { type FeedListState, hearList, NOTHING_HEARD, nextListUrl } from '../feed-list.ts';
import { pollJson } from '../poll-json.ts';
import { refusalWords } from '../refusal-words.ts';
import { renewSession } from '../renew-session.ts';
import { parseFeedList } from '../wire.ts';

const LIST_POLL_MS = 1_000;
/** All ten thousand are some 2.5 MB, which may take a slow line this long, ms. */
const LIST_TIMEOUT_MS = 20_000;
/** Where thousands of feeds change, they are asked for less often: so long for each row that came, ms. */
const ROW_MS = 0.2;

/** The recent feeds, as far as they are known: renewed once a second while the page is seen. */
export function useFeedList(): FeedListState {
  const [state, setState] = useState(NOTHING_HEARD);
  useEffect(() => {
    const life = new AbortController();
    let newest = NOTHING_HEARD;
    let rows = 0;
    pollJson({
      url: () => nextListUrl(newest),
      intervalMs: () => Math.max(LIST_POLL_MS, rows * ROW_MS),
      timeoutMs: LIST_TIMEOUT_MS,
      signal: life.signal,
      renew: renewSession,
      onResult: (result) => {
        const list = result.kind === 'answer' && result.status === 200 ? parseFeedList(result.body) : null;
        rows = list?.feeds.length ?? 0;
        const refusal = result.kind === 'answer' ? refusalWords(result.status) : null;
        newest = hearList(newest, list, Date.now(), refusal);
        setState(newest);
      },
    });
    return () => life.abort();
  }, []);
  return state;
}
