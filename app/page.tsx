import { connection } from 'next/server';
import { Suspense } from 'react';
import { ComparePage } from '#components/compare/compare-page.tsx';
import { getRuntime } from '#lib/server/runtime.ts';

export default async function HomePage() {
  // Whether this is the demo is known when the server runs, not when the page is built.
  await connection();
  return (
    <Suspense>
      <ComparePage isDemo={getRuntime().config.isDemo} />
    </Suspense>
  );
}
