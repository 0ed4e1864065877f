'use client';

import { lazy, Suspense } from 'react';
import type { DrawerProps } from './drawer-panel.tsx';
import { useOnceOpen } from './use-once-open.ts';

const DrawerPanel = lazy(() => import('./drawer-panel.tsx').then((module) => ({ default: module.DrawerPanel })));

/**
 * A panel at the right that leaves the page usable: it stays open while one works beside it, and is closed by its
 * button or by Escape. Where there is room the page moves aside (see globals.css); on a phone the panel is the page.
 */
export function Drawer(props: DrawerProps) {
  const isNeeded = useOnceOpen(props.open);
  return <Suspense>{isNeeded && <DrawerPanel {...props} />}</Suspense>;
}
