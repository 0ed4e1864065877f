/** The page of all pods, and what is done to them from it, for real. */

import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import { ensureControlTopic } from '#scripts/kafka/control-topic.ts';
import { isAlive } from '#scripts/process/is-alive.ts';
import { untilReady } from '#scripts/server/start-server.ts';
import { startDemoServer } from './browser/demo-server.ts';
import { useOwnDemo } from './browser/own-demo.ts';
import { expect, test } from './fixtures.ts';

const card = (page: Page, pod: string) => page.locator(`[data-pod="${pod}"]`);
const notice = (page: Page) => page.getByTestId('ops-notice');
const outcomes = (page: Page) => page.getByRole('list', { name: 'What was done, newest first' });
const SLOW = { timeout: 30_000 };

/** What has moved on the page by itself since it was opened. */
const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const shifts = list.getEntries() as (PerformanceEntry & { readonly value: number })[];
          resolve(shifts.reduce((sum, { value }) => sum + value, 0));
        }).observe({ type: 'layout-shift', buffered: true });
        // Where nothing has moved the observer is never called.
        requestAnimationFrame(() => setTimeout(() => resolve(0), 500));
      }),
  );

test.describe('of a demo with two pods and a broker of its own', () => {
  const demo = useOwnDemo(120_000);

  test.beforeEach(async ({ page }) => {
    await page.goto(`${demo().url}/ops`);
    for (const pod of ['pod-1', 'pod-2']) await expect(card(page, pod)).toHaveAttribute('data-state', 'ready', SLOW);
  });

  test('each pod is shown with live and ready apart and its reason, beside what they are together; nothing moves for it', async ({
    page,
  }) => {
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    await expect(page.getByTestId('total-connected')).toHaveText('2 of 2');
    for (const pod of ['pod-1', 'pod-2']) {
      await expect(card(page, pod).getByTestId('live')).toHaveText('Live');
      await expect(card(page, pod).getByTestId('ready')).toHaveText('Ready');
      await expect(card(page, pod).getByTestId('reason')).toHaveText('reading every topic');
      await expect(card(page, pod).getByTestId('record-log')).toHaveText('connected');
    }
    // The page's own stream is one of theirs.
    await expect.poll(async () => Number(await page.getByTestId('total-streams').textContent())).toBeGreaterThan(0);
    await expect(notice(page)).toHaveText('');
    expect(await layoutShift(page)).toBeLessThanOrEqual(0.01);
  });

  test('a pod that is killed from the page is really dead, and is seen to be started again', async ({ page }) => {
    const pid = demo().pid('pod-1');
    await page.getByRole('button', { name: 'Kill this pod: pod-1' }).click();
    await expect(outcomes(page)).toContainText(`pod-1 (PID ${pid}) was killed with SIGKILL`, SLOW);
    expect(isAlive(pid)).toBe(false);
    // It may be back before the page, whose own stream may have been on it, has missed it.
    await expect(card(page, 'pod-1').getByTestId('restarted')).toContainText('Started again', SLOW);
    await expect(card(page, 'pod-1')).toHaveAttribute('data-state', 'ready', SLOW);
    await expect(card(page, 'pod-2').getByTestId('live')).toHaveText('Live');
    await expect(card(page, 'pod-2').getByTestId('restarted')).toHaveCount(0);
    await expect(outcomes(page)).toContainText('pod-1 is ready again', SLOW);
    expect(demo().pid('pod-1')).not.toBe(pid);
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live', SLOW);
  });

  test('a consumer that is stopped by the keyboard falls behind, says why, and catches up', async ({ page }) => {
    await page.getByRole('button', { name: 'Stop its consumer for 5 s: pod-2' }).press('Enter');
    await expect(card(page, 'pod-2')).toHaveAttribute('data-state', 'degraded', SLOW);
    await expect(card(page, 'pod-2').getByTestId('reason')).toContainText('the consumer is stopped on purpose');
    await expect(card(page, 'pod-2').getByTestId('lag')).toHaveText(/^[1-9]\d* records$/);
    await expect(page.getByTestId('total-connected')).toHaveText('1 of 2');
    await expect(card(page, 'pod-2')).toHaveAttribute('data-state', 'ready', SLOW);
    await expect(card(page, 'pod-2').getByTestId('lag')).toHaveText('0 records');
    await expect(outcomes(page)).toContainText('The consumer of pod-2 reads again');
  });

  test('while the broker is away the pods are asked themselves and say so, and it comes back', async ({ page }) => {
    await page.getByRole('button', { name: 'Kill the broker for 5 s' }).click();
    await expect(notice(page)).toHaveAttribute('data-state', 'asking', SLOW);
    await expect(page.getByTestId('total-connected')).toHaveText('0 of 2', SLOW);
    for (const pod of ['pod-1', 'pod-2']) {
      await expect(card(page, pod).getByTestId('record-log')).toHaveText('not connected');
      await expect(card(page, pod).getByTestId('ready')).toContainText('Ready');
    }
    await expect(notice(page)).toContainText('The record log is away');
    await expect(outcomes(page)).toContainText('The broker answers again', SLOW);
    await expect(page.getByTestId('total-connected')).toHaveText('2 of 2', SLOW);
    await expect(notice(page)).toHaveAttribute('data-state', 'fresh', SLOW);
  });
});

test('a pod that is dead is seen as gone on the page of another one, and as back once it is', async ({ page }) => {
  const brokers = process.env.TEST_KAFKA_BROKERS;
  test.skip(brokers === undefined, process.env.NO_BROKER_REASON);
  const topic = `feedline-ops-${randomUUID()}`;
  await ensureTopic((brokers ?? '').split(','), { topic });
  await ensureControlTopic((brokers ?? '').split(','));
  const env = { KAFKA_BROKERS: brokers ?? '', KAFKA_TOPICS: topic };
  const [here, there] = ['here', 'there'].map((name) => `${name}-${randomUUID().slice(0, 8)}`) as [string, string];
  const one = await startDemoServer({ ...env, POD: here });
  const two = await startDemoServer({ ...env, POD: there });
  for (const { part, url } of [one, two]) await untilReady(part, url);
  await page.goto(`${one.url}/ops`);
  await expect(card(page, there)).toHaveAttribute('data-state', 'ready', SLOW);
  await two.part.kill();
  await expect(card(page, there)).toHaveAttribute('data-state', 'gone', SLOW);
  await expect(card(page, there).getByTestId('live')).toContainText('No signal for');
  await expect(card(page, there).getByTestId('reason')).toHaveText('What is shown is what it told last.');
  const stop = page.getByRole('button', { name: `Stop its consumer for 5 s: ${there}` });
  await expect(stop).toBeDisabled();
  await expect(stop).toHaveAccessibleDescription('It gives no signal.');
  await expect(card(page, here)).toHaveAttribute('data-state', 'ready');
  const again = await startDemoServer({ ...env, POD: there }, Number(new URL(two.url).port));
  await expect(card(page, there)).toHaveAttribute('data-state', 'ready', SLOW);
  await expect(card(page, there).getByTestId('restarted')).toBeVisible();
  await again.part.stop();
  await expect(card(page, there).getByTestId('live')).toContainText('Shut down', SLOW);
  await one.part.stop();
});

test('with the in-process log a pod’s consumer can be stopped, and what cannot be killed says why', async ({
  page,
}) => {
  const { part, url } = await startDemoServer({ RECORD_LOG: 'memory', POD: 'alone' });
  await untilReady(part, url);
  await page.goto(`${url}/ops`);
  const kill = page.getByRole('button', { name: 'Kill this pod: alone' });
  await expect(kill).toBeDisabled();
  await expect(kill).toHaveAccessibleDescription('Not Kafka: with the pod its in-process log would be gone.');
  const broker = page.getByRole('button', { name: 'Kill the broker for 5 s' });
  await expect(broker).toBeDisabled();
  await expect(broker).toHaveAccessibleDescription('Not Kafka: there is no broker.');
  await expect(outcomes(page)).toHaveText('What is broken on purpose is told here, newest first.');
  await page.getByRole('button', { name: 'Stop its consumer for 5 s: alone' }).click();
  await expect(card(page, 'alone')).toHaveAttribute('data-state', 'degraded');
  await expect(card(page, 'alone')).toHaveAttribute('data-state', 'ready', SLOW);
  await part.stop();
});

test('until a pod is heard of the page says that it waits; when none answers any more it says that, and keeps what it knew', async ({
  page,
}) => {
  const memory = { RECORD_LOG: 'memory', POD: 'alone' };
  const first = await startDemoServer(memory);
  await untilReady(first.part, first.url);
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/api/**', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${first.url}/ops`);
  await expect(notice(page)).toHaveAttribute('data-state', 'loading');
  await expect(page.getByTestId('total-connected')).toHaveText('–');
  letGo();
  await expect(card(page, 'alone')).toHaveAttribute('data-state', 'ready');
  await first.part.kill();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'reconnecting');
  await expect(notice(page)).toHaveAttribute('data-state', 'failed');
  await expect(notice(page)).toContainText('No pod answers');
  await expect(card(page, 'alone').getByTestId('reason')).toHaveText('reading the in-process log');
  const again = await startDemoServer(memory, Number(new URL(first.url).port));
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live', SLOW);
  await expect(notice(page)).toHaveAttribute('data-state', 'fresh', SLOW);
  await again.part.stop();
});

test('outside the demo the page shows the pod that answered, says that it is that one alone, and breaks nothing', async ({
  page,
}) => {
  const { part, url } = await startDemoServer({ RECORD_LOG: 'memory', POD: 'alone', DEMO: '0' });
  await untilReady(part, url);
  await page.goto(`${url}/ops`);
  await expect(page.getByTestId('only-pod')).toHaveText('Only the pod that answered: alone');
  await expect(card(page, 'alone').getByTestId('ready')).toHaveText('Ready');
  await expect(page.getByRole('button', { name: /Kill|Stop/ })).toHaveCount(0);
  await part.kill();
  await expect(notice(page)).toHaveAttribute('data-state', 'failed', SLOW);
  await expect(card(page, 'alone')).toHaveCount(1);
});
