import type { Metadata } from 'next';
import { FeedProblem } from '#components/feed/feed-problem.tsx';

export const metadata: Metadata = { title: 'Not a feed ID' };

/** In place of `/feeds/{id}` where the ID cannot be decoded: Next.js itself would answer 500. See `proxy.ts`. */
export default function BadIdPage() {
  return <FeedProblem message="The feed ID is not valid percent-encoded UTF-8: type it into the box above." />;
}
