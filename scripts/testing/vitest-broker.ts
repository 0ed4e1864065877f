import { provideSharedBroker } from '#scripts/testing/shared-broker.ts';

/** Vitest's global set-up of the integration tests: a broker for `npx vitest` too, not only for `npm test`. */
export async function setup(): Promise<() => Promise<void>> {
  const kafka = await provideSharedBroker(console.log);
  return async () => kafka?.stop();
}
