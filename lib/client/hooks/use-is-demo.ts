import { useEffect, useState } from 'react';
import { READY_URL } from '#lib/protocol/paths.ts';
import { pollJson } from '../poll-json.ts';
import { parseReadiness } from '../wire.ts';

const RETRY_MS = 3000;

/** Whether the server is a demo, for a page that is made before one runs; asked until it has said so once. */
export function useIsDemo(): boolean {
  const [isDemo, setDemo] = useState(false);
  useEffect(() => {
    const life = new AbortController();
    pollJson({
      url: READY_URL,
      intervalMs: RETRY_MS,
      signal: life.signal,
      onResult: (result) => {
        const readiness = result.kind === 'answer' ? parseReadiness(result.body) : null;
        if (readiness === null) return;
        setDemo(readiness.demo);
        life.abort();
      },
    });
    return () => life.abort();
  }, []);
  return isDemo;
}
