import type { Metadata } from 'next';
import { connection } from 'next/server';
import { OpsPage } from '#components/ops/ops-page.tsx';
import { getRuntime } from '#lib/server/runtime.ts';

export const metadata: Metadata = { title: 'Ops' };

export default async function Page() {
  // Whether this is the demo is known when the server runs, not when the page is built.
  await connection();
  return <OpsPage isDemo={getRuntime().config.isDemo} />;
}
