import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Conditions, LaneName } from '../lanes.ts';
import { createRace, type Race, type RaceState } from '../race.ts';

/** On the server, and before the first effect. */
const idleRace: Race = {
  state: createStore<RaceState>(() => ({ phase: 'joining', run: null, refusal: null })),
  start: () => undefined,
  restart: () => undefined,
  takeOver: () => undefined,
  dispose: () => undefined,
};

/** Races while mounted, and anew with each change of the conditions; null: there is nothing to race on yet. */
export function useRace(
  conditions: Conditions | null,
  lanes: readonly LaneName[],
): RaceState & Pick<Race, 'takeOver' | 'restart'> {
  const [race, setRace] = useState<Race>(idleRace);
  useEffect(() => {
    const created = createRace();
    setRace(created);
    return () => created.dispose();
  }, []);
  useEffect(() => race.start(conditions, lanes), [race, conditions, lanes]);
  return { ...useStore(race.state), takeOver: race.takeOver, restart: race.restart };
}
