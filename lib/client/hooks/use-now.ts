import { useEffect, useState } from 'react';

const NOW_MS = 500;

/** The time, renewed twice a second while `isRunning`; for words such as "in 4 s". */
export function useNow(isRunning: boolean): number {
  const [nowMs, setNowMs] = useState(0);
  useEffect(() => {
    if (!isRunning) return;
    setNowMs(Date.now());
    const timer = setInterval(() => setNowMs(Date.now()), NOW_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return nowMs;
}
