import { FeedProblem } from '#components/feed/feed-problem.tsx';

export default function NotFound() {
  return <FeedProblem title="Not found" message="There is no page at this address." />;
}
