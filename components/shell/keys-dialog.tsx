'use client';

import { useRef } from 'react';
import { Button } from '#components/ui/button.tsx';
import { useKey } from '#lib/client/hooks/use-key.ts';

const KEYS = [
  ['Space', 'Pause or resume the view; the connection stays'],
  ['1 – 4', 'Switch a lane of the comparison on or off'],
  ['t', 'Switch between light and dark'],
  ['↑ ↓', 'Move through the list of feeds'],
  ['?', 'Show this list'],
] as const;

export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = (): void => dialog.current?.showModal();
  useKey('?', open);
  return (
    <>
      <Button isSquare onClick={open} aria-label="Keys" aria-keyshortcuts="?" title="Keys (?)">
        ?
      </Button>
      <dialog
        ref={dialog}
        aria-labelledby="keys-title"
        className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-lg border border-line bg-surface p-5 text-ink backdrop:bg-black/50"
      >
        <h2 id="keys-title" className="text-base font-semibold">
          Keys
        </h2>
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
        <Button onClick={() => dialog.current?.close()}>Close</Button>
      </dialog>
    </>
  );
}
