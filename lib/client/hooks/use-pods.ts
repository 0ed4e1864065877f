import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { NO_PODS, openPods, type PodsState, type PodsStore } from '../pods.ts';

/** The stream outlives its last user by this long, ms: StrictMode and page changes let go and take hold again. */
const LINGER_MS = 1_000;

/** On the server, and before the first effect. */
const idlePods: PodsStore = {
  state: createStore(() => NO_PODS),
  retryNow: () => undefined,
  dispose: () => undefined,
};

interface Held {
  readonly store: PodsStore;
  users: number;
}

/** One for the whole tab, however many components look at the pods. */
const held = new Map<boolean, Held>();

/** The pods, all of them in the demo, else the one that answers. */
export function usePods({
  isDemo = true,
}: {
  readonly isDemo?: boolean;
} = {}): PodsState & Pick<PodsStore, 'retryNow'> {
  const [store, setStore] = useState(idlePods);
  useEffect(() => {
    const mine = held.get(isDemo) ?? { store: openPods(isDemo), users: 0 };
    held.set(isDemo, mine);
    mine.users += 1;
    setStore(mine.store);
    return () => {
      mine.users -= 1;
      setTimeout(() => {
        if (mine.users > 0 || held.get(isDemo) !== mine) return;
        held.delete(isDemo);
        mine.store.dispose();
      }, LINGER_MS);
    };
  }, [isDemo]);
  return { ...useStore(store.state), retryNow: store.retryNow };
}
