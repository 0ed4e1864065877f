'use client';

import { Bug } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { useKey } from '#lib/client/hooks/use-key.ts';
import type { RaceRun } from '#lib/client/race.ts';

/** Loaded when it is first opened: most visits break nothing. */
const FaultsDrawer = lazy(() => import('./faults-drawer.tsx').then((module) => ({ default: module.FaultsDrawer })));

interface FaultsButtonProps {
  readonly run: RaceRun | null;
  /** Begins the same race anew. */
  readonly onRestart: () => void;
}

/** Opens and closes the faults of this race. */
export function FaultsButton({ run, onRestart }: FaultsButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const [isNeeded, setNeeded] = useState(false);
  const toggle = (): void => {
    setNeeded(true);
    setOpen(!isOpen);
  };
  useKey('f', toggle);
  return (
    <>
      <Button onClick={toggle} aria-expanded={isOpen} aria-keyshortcuts="f">
        <Bug className="size-4" aria-hidden="true" />
        Faults
        <Kbd>f</Kbd>
      </Button>
      {isNeeded && (
        <Suspense>
          <FaultsDrawer run={run} onRestart={onRestart} open={isOpen} onOpenChange={setOpen} />
        </Suspense>
      )}
    </>
  );
}
