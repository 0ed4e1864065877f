import type { ConnectionState } from '#lib/client/connection-state.ts';

/** One shape for each state, so that it can be told without colour: ring, dot, half dot, broken ring, square. */
export function StateShape({ state }: { readonly state: ConnectionState }) {
  return (
    <svg viewBox="0 0 12 12" className="size-3 shrink-0" aria-hidden="true" fill="none" stroke="currentColor">
      {shapeOf(state)}
    </svg>
  );
}

function shapeOf(state: ConnectionState) {
  switch (state) {
    case 'connecting':
      return <circle cx="6" cy="6" r="4.5" strokeWidth="1.5" />;
    case 'live':
      return <circle cx="6" cy="6" r="5" fill="currentColor" stroke="none" />;
    case 'stale':
      return (
        <>
          <circle cx="6" cy="6" r="4.5" strokeWidth="1.5" />
          <path d="M6 1.5a4.5 4.5 0 0 0 0 9z" fill="currentColor" stroke="none" />
        </>
      );
    case 'reconnecting':
      return <circle cx="6" cy="6" r="4.5" strokeWidth="2" strokeDasharray="5 2.07" />;
    case 'closed':
      return <rect x="1.5" y="1.5" width="9" height="9" fill="currentColor" stroke="none" />;
  }
}
