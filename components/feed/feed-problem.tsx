import Link from 'next/link';
import { Notice } from '#components/ui/notice.tsx';

interface FeedProblemProps {
  readonly title?: string;
  readonly message: string;
}

/** Instead of a feed that cannot be. */
export function FeedProblem({ title = 'This cannot be a feed ID', message }: FeedProblemProps) {
  return (
    <Notice title={title} body={message}>
      <Link href="/feeds" className="font-medium text-sse underline underline-offset-4">
        All feeds
      </Link>
    </Notice>
  );
}
