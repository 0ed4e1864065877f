/** Next.js calls this once, before it takes requests. It is compiled for the edge too, where there is nothing to start. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { startRuntime } = await import('#lib/server/runtime.ts');
  startRuntime();
}
