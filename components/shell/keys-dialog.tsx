'use client';

import { Keyboard } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { useKey } from '#lib/client/hooks/use-key.ts';

const KEYS = [
  ['Space', 'Pause or resume the view; the connection stays'],
  ['1 – 4', 'Switch a lane of the comparison on or off'],
  ['f', 'Faults: break one thing at a time'],
  ['b', 'Break it: three disasters over the race'],
  ['t', 'Switch between light and dark'],
  ['← →', 'Move the crosshair of the latency chart from event to event'],
  ['/', 'Find a feed in the list'],
  ['↑ ↓', 'Move through the list of feeds, and through the tape of one'],
  ['Esc', 'Follow the newest event again'],
  ['?', 'Show this list'],
] as const;

export function KeysDialog() {
  const [isOpen, setOpen] = useState(false);
  const open = (): void => setOpen(true);
  useKey('?', open);
  return (
    <>
      <Button isSquare onClick={open} aria-label="Keys" data-hint="Keys (?)" aria-keyshortcuts="?">
        <Keyboard className="size-4" aria-hidden="true" />
      </Button>
      <Dialog title="Keys" open={isOpen} onOpenChange={setOpen}>
        <dl className="my-4 grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-2">
          {KEYS.map(([key, does]) => (
            <div key={key} className="contents">
              <dt>
                <kbd className="font-mono font-semibold">{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </Dialog>
    </>
  );
}
