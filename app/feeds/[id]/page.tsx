import type { Metadata } from 'next';
import { FeedProblem } from '#components/feed/feed-problem.tsx';
import { FeedView } from '#components/feed/feed-view.tsx';
import { FeedlineError } from '#lib/protocol/errors.ts';
import { parseFeedId } from '#lib/protocol/feed-id.ts';
import { getRuntime } from '#lib/server/runtime.ts';

interface Props {
  readonly params: Promise<{ readonly id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const id = readId((await params).id);
  return { title: id instanceof FeedlineError ? 'Not a feed ID' : id };
}

export default async function FeedPage({ params }: Props) {
  const id = readId((await params).id);
  if (id instanceof FeedlineError) return <FeedProblem message={id.message} />;
  return <FeedView key={id} id={id} level="h1" isDemo={getRuntime().config.isDemo} />;
}

/** Pages get their parameters still percent-encoded, unlike route handlers. */
function readId(encoded: string): string | FeedlineError {
  try {
    return parseFeedId(encoded);
  } catch (error) {
    if (error instanceof FeedlineError) return error;
    throw error;
  }
}
