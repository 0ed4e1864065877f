import type { FeedListState } from '#lib/client/feed-list.ts';

const SKELETON_ROWS = ['w-2/5', 'w-1/2', 'w-1/3', 'w-2/5', 'w-1/2', 'w-1/3'] as const;

/** Stands where the rows will, while there are none: why, and what will come. */
export function ListNote({ list, query }: { readonly list: FeedListState; readonly query: string }) {
  if (list.heard === null && !list.isFailing) return <Skeleton />;
  return <p className="px-4 py-3 text-ink-muted">{wordsOf(list, query)}</p>;
}

function wordsOf({ heard, isFailing, refusal }: FeedListState, query: string): string {
  if (refusal !== null) return refusal;
  if (heard === null) return 'The server does not answer. It is asked again every second.';
  if (query !== '') return `No recent feed has “${query}” in its ID.`;
  return isFailing ? 'There were none when the server answered last.' : 'None yet. They show as their records come.';
}

function Skeleton() {
  return (
    <div>
      <p className="sr-only">Loading the feeds…</p>
      {SKELETON_ROWS.map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never change.
        <div key={index} aria-hidden="true" className="flex h-13 flex-col justify-center gap-2 px-4">
          <span className={`h-3 rounded bg-line ${width}`} />
          <span className="h-2 w-4/5 rounded bg-sunken" />
        </div>
      ))}
    </div>
  );
}
