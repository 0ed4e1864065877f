import { startE2eStack } from '#scripts/testing/e2e-stack.ts';

/** Starts what the browser tests need, unless `BASE_URL` names a server that is up already. */
export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.BASE_URL) return undefined;
  const stack = await startE2eStack(console.log);
  // The workers are started after this, with this environment.
  process.env.BASE_URL = stack.baseUrl;
  return async () => {
    delete process.env.BASE_URL;
    await stack.stop();
  };
}
