import type { Metadata } from 'next';
import { Suspense } from 'react';
import { FeedBrowser } from '#components/feeds/feed-browser.tsx';

export const metadata: Metadata = { title: 'Feeds' };

export default function FeedsPage() {
  return (
    // The selection is in the URL, which is not known while the page is built.
    <Suspense>
      <FeedBrowser />
    </Suspense>
  );
}
