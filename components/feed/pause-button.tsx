'use client';

import { Button } from '#components/ui/button.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { PauseIcon } from '#components/ui/pause-icon.tsx';
import { formatCount } from '#lib/client/format.ts';
import { useFeed, useFeedStore } from '#lib/client/hooks/use-feed.ts';
import { useKey } from '#lib/client/hooks/use-key.ts';

/** Freezes the view while the connection stays; says how much is new behind it. */
export function PauseButton() {
  const feed = useFeedStore();
  const isPaused = useFeed((state) => state.isPaused);
  const newWhilePaused = useFeed((state) => state.newWhilePaused);
  const toggle = (): void => feed.setPaused(!isPaused);
  useKey(' ', toggle);
  return (
    <>
      {isPaused && (
        <span data-testid="paused" className="font-medium">
          Paused · {formatCount(newWhilePaused)} new
        </span>
      )}
      <Button onClick={toggle} aria-keyshortcuts="Space">
        <PauseIcon isPaused={isPaused} />
        {isPaused ? 'Resume' : 'Pause'}
        <Kbd>Space</Kbd>
      </Button>
    </>
  );
}
