import { RunningDemo } from '#scripts/testing/running-demo.ts';
import { skipMissing, test } from '../fixtures.ts';

/**
 * A demo for the tests of the describe block that calls this, one after the other: a broker of its own, two pods, and
 * the launcher that kills them.
 *
 * @returns the running demo, once the tests run
 */
export function useOwnDemo(timeoutMs: number): () => RunningDemo {
  test.describe.configure({ mode: 'serial', timeout: timeoutMs });
  let demo: RunningDemo | undefined;

  test.beforeAll(async ({ browserName }) => {
    skipMissing(browserName);
    test.skip(Boolean(process.env.NO_LOCAL_KAFKA_REASON), process.env.NO_LOCAL_KAFKA_REASON);
    test.setTimeout(120_000);
    demo = await RunningDemo.start([]);
  });

  test.afterAll(async () => {
    demo?.process.kill('SIGINT');
    await demo?.exitCode();
  });

  return () => {
    if (demo === undefined) throw new Error('The demo is started before the first test.');
    return demo;
  };
}
