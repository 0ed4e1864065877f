'use client';

import { useStore } from 'zustand';
import { announcer } from '#lib/client/announcer.ts';

/** The page's one region that is read aloud; fed by changes of state only. */
export function StatusRegion() {
  const text = useStore(announcer.text);
  return (
    <div role="status" className="sr-only">
      {text}
    </div>
  );
}
