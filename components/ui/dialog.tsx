'use client';

import { lazy, Suspense } from 'react';
import type { DialogProps } from './dialog-box.tsx';
import { useOnceOpen } from './use-once-open.ts';

const DialogBox = lazy(() => import('./dialog-box.tsx').then((module) => ({ default: module.DialogBox })));

/** A box above the page, which waits until it is closed: by its button, by Escape, or by a press beside it. */
export function Dialog(props: DialogProps) {
  const isNeeded = useOnceOpen(props.open);
  return <Suspense>{isNeeded && <DialogBox {...props} />}</Suspense>;
}
