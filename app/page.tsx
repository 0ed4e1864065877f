import { Suspense } from 'react';
import { FeedBrowser } from '#components/feeds/feed-browser.tsx';

export default function HomePage() {
  return (
    // The selection is in the URL, which is not known while the page is built.
    <Suspense>
      <FeedBrowser />
    </Suspense>
  );
}
