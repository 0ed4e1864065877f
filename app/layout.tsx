import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { ServerNotices } from '#components/shell/server-notices.tsx';
import { StatusRegion } from '#components/shell/status-region.tsx';
import { THEME_SCRIPT } from '#components/shell/theme.ts';
import { TopBar } from '#components/shell/top-bar.tsx';
import { Tooltip } from '#components/ui/tooltip.tsx';
import { geist, geistMono } from './fonts.ts';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Feedline', template: '%s · Feedline' },
  description: 'Every change of one ID, from Kafka to the browser, over Server-Sent Events.',
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  // Asked of the request, so that no page is made before there is one: each has a nonce of its own.
  const nonce = nonceOf((await headers()).get('content-security-policy'));
  return (
    // The script sets the theme's class before the first paint, which React must not take for a mistake.
    <html lang="en" className={`${geist.variable} ${geistMono.variable}`} suppressHydrationWarning>
      <head>
        {/* A browser does not tell the nonce again, which React must not take for a mistake either. */}
        <script nonce={nonce} suppressHydrationWarning>
          {THEME_SCRIPT}
        </script>
      </head>
      <body className="min-h-dvh font-sans text-sm antialiased">
        {/* A stacking context of its own: what opens above the page is above all of it. */}
        <div className="isolate">
          <TopBar />
          <main className="mx-auto w-full max-w-[1280px] px-4 pt-5 pb-16 sm:px-6">{children}</main>
          <ServerNotices />
          <StatusRegion />
        </div>
        <Tooltip />
      </body>
    </html>
  );
}

/** The server names it in the request, for Next.js's own scripts and for this one. */
function nonceOf(policy: string | null): string | undefined {
  return /'nonce-([\w+/=]+)'/.exec(policy ?? '')?.[1];
}
