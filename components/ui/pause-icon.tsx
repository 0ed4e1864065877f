import { Pause, Play } from 'lucide-react';

/** What a press on the button will do. */
export function PauseIcon({ isPaused }: { readonly isPaused: boolean }) {
  const Icon = isPaused ? Play : Pause;
  return <Icon className="size-3.5" aria-hidden="true" />;
}
