import { useEffect, useEffectEvent, useState } from 'react';

/** What `read` gives: at first, every `everyMs` while `isRunning`, and when that changes. For what is read slowly. */
export function useRenewed<T>(read: () => T, everyMs: number, isRunning: boolean): T {
  const [value, setValue] = useState(read);
  const renew = useEffectEvent(() => setValue(read()));
  useEffect(() => {
    renew();
    if (!isRunning) return;
    const timer = setInterval(() => renew(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isRunning]);
  return value;
}
