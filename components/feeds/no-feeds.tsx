import type { FeedListState } from '#lib/client/feed-list.ts';

/** Stands where the live feed will: says what to do while there is none. */
export function NoFeeds({ list }: { readonly list: FeedListState }) {
  return (
    <div className="rounded-lg border border-dashed border-line-strong p-6">
      {list.heard === null ? (
        <p className="text-ink-muted">
          {list.refusal ?? (list.isFailing ? 'The list of feeds cannot be had yet.' : 'Looking for feeds…')}
        </p>
      ) : (
        <>
          <h2 className="text-base font-semibold">No feed has had a record yet</h2>
          <p className="mt-2 max-w-prose text-ink-muted">
            Feeds show here as soon as a record of theirs comes{` in topic “${list.heard.topic}”`}. Start a producer, or
            type an ID above and wait for its first change.
          </p>
          <pre className="mt-4 overflow-x-auto rounded-md border border-line bg-surface px-4 py-3 font-mono text-[13px] leading-6">
            <span className="text-ink-muted"># server, record log and producer together</span>
            {'\nnpm run demo\n'}
            <span className="text-ink-muted"># a producer alone, for a server that runs already</span>
            {'\nnpm run produce -- --rate 50 --feeds 20'}
          </pre>
        </>
      )}
    </div>
  );
}
