import { ArrowRight } from 'lucide-react';
import { feedIdProblem, feedListUrl } from '#components/shell/feed-href.ts';
import { visible } from '#lib/client/visible.ts';
import { selectOnClick } from './select-feed.ts';

/** Opens an ID that is not in the list: most often one that has had no event yet. */
export function WatchRow({ id }: { readonly id: string }) {
  const problem = feedIdProblem(id);
  if (problem !== null) return <p className="border-b border-line px-4 py-2 text-xs text-loss">{problem}</p>;
  return (
    <a
      href={feedListUrl(id)}
      onClick={(event) => selectOnClick(event, id)}
      className="fade-state flex items-center gap-3 border-b border-line px-4 py-2 -outline-offset-2 hover:bg-sunken"
    >
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">
          Watch “<bdi className="font-mono">{visible(id)}</bdi>”
        </span>
        <span className="block text-xs text-ink-muted">before its first event, or after a long silence</span>
      </span>
      <ArrowRight className="size-4 shrink-0" aria-hidden="true" />
    </a>
  );
}
