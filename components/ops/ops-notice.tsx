'use client';

import { useEffect } from 'react';
import { announcer } from '#lib/client/announcer.ts';
import type { PodsState } from '#lib/client/pods.ts';
import { opsNotice } from './ops-notice-words.ts';

/** What the figures below are worth, where that is not plain; its line is kept free, so that nothing moves for it. */
export function OpsNotice({ state, isDemo }: { readonly state: PodsState; readonly isDemo: boolean }) {
  const notice = opsNotice(state, isDemo);
  const words = notice?.isFailure === true ? notice.words : null;
  useEffect(() => {
    if (words !== null) announcer.announce(words);
  }, [words]);
  return (
    <p
      data-testid="ops-notice"
      data-state={notice?.kind ?? 'fresh'}
      className={`fade-state order-last min-h-15 w-full break-words sm:min-h-10 lg:order-none lg:min-h-0 lg:w-auto lg:flex-1 ${notice?.isFailure === true ? 'font-medium text-loss' : 'text-ink-muted'}`}
    >
      {notice?.words ?? ''}
    </p>
  );
}
