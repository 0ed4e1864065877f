import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { LANE_NAMES, type LaneName } from '#lib/client/lanes.ts';
import { SeverableProxy } from '#scripts/testing/severable-proxy.ts';
import { LaneWitness } from './browser/lane-witness.ts';
import {
  laneCard,
  publish,
  raceWith,
  seqsFrom,
  shown,
  untilRacing,
  untilShown,
  untilState,
} from './browser/race-page.ts';
import { recordsOf } from './browser/record-log-content.ts';
import { expect, test } from './fixtures.ts';

const WITH_CURSOR: readonly LaneName[] = ['sse', 'long-poll', 'poll'];

async function stopAll(page: Page): Promise<void> {
  for (const [index, lane] of LANE_NAMES.entries()) {
    await page.keyboard.press(String(index + 1));
    await untilState(page, lane, 'closed');
  }
}

test('events, missed and repeated are exactly those of Kafka’s own content; requests and bytes are what the browser saw', async ({
  page,
  request,
  feedId,
}) => {
  const witness = await LaneWitness.attach(page);
  await page.goto(`/?feed=${feedId}&rtt=0&interval=250&wait=5000`);
  await untilRacing(page);
  // Two are never produced, and one is produced twice.
  await publish(request, feedId, seqsFrom(1, 60));
  await publish(request, feedId, [...seqsFrom(63, 100), 100, ...seqsFrom(101, 200)]);
  for (const lane of LANE_NAMES) await untilShown(page, lane, 'events', 199);
  // The server tells the last bytes of a stream with its next ping, and those of the foil with its next event.
  await publish(request, feedId, seqsFrom(201, 230));
  for (const lane of LANE_NAMES) await untilShown(page, lane, 'events', 229);
  await stopAll(page);
  for (const lane of LANE_NAMES) {
    const seen = witness.seen(lane);
    await untilShown(page, lane, 'requests', seen.requests);
    expect(await shown(page, lane, 'missed'), lane).toBe(2);
    expect(await shown(page, lane, 'repeated'), lane).toBe(1);
    const bytes = await shown(page, lane, 'bytes');
    expect(
      Math.abs(bytes / seen.bytes - 1),
      `${lane}: the page shows ${bytes} B, the browser saw ${seen.bytes} B`,
    ).toBeLessThan(0.02);
  }
  const brokers = process.env.TEST_KAFKA_BROKERS?.split(',');
  if (brokers === undefined) {
    test.info().annotations.push({ type: 'not compared with Kafka', description: process.env.NO_BROKER_REASON ?? '' });
    return;
  }
  const { topics } = await (await request.get('/readyz')).json();
  const seqs = (await recordsOf(brokers, topics[0], feedId)).map((value) => JSON.parse(value).seq);
  expect(seqs).toHaveLength(229);
  expect(Math.max(...seqs) - new Set(seqs).size).toBe(2);
});

test('at a silent feed naive polling is all empty round trips, as many as the browser saw, and the verdict says so', async ({
  page,
  feedId,
}) => {
  const witness = await LaneWitness.attach(page);
  await page.goto(`/?feed=${feedId}&rtt=0&interval=1000`);
  await untilRacing(page);
  // Between two polls: while one is on its way the page has counted a request that is not empty yet.
  await expect(async () => {
    const empty = await shown(page, 'poll', 'empty');
    expect(empty).toBeGreaterThan(5);
    expect(await shown(page, 'poll', 'requests')).toBe(empty);
    expect(witness.seen('poll')).toMatchObject({ requests: empty, emptyAnswers: empty });
  }).toPass({ timeout: 30_000, intervals: [150] });
  await expect(page.getByTestId('verdict')).toContainText(
    /Naive polling made (\d+) requests for 0 events, \1 of them empty/,
  );
  await expect(page.getByTestId('verdict')).toContainText('Too few events to compare latencies: 0 of the 20 it takes.');
});

test('the verdict tells who is later under the conditions that it names', async ({ page, request, feedId }) => {
  await page.goto(`/?feed=${feedId}&rtt=200&interval=1000`);
  await untilRacing(page);
  for (let burst = 0; burst < 4; burst += 1) {
    await publish(request, feedId, seqsFrom(burst * 15 + 1, burst * 15 + 15));
    for (const lane of LANE_NAMES) await untilShown(page, lane, 'events', burst * 15 + 15);
  }
  const verdict = page.getByTestId('verdict');
  await expect(verdict).toContainText(
    `on ${feedId}, 200 ms added round trip, naive polls every 1 s, long polls of up to 25 s:`,
  );
  await expect(verdict).toContainText(/Long polling is later than Feedline over SSE: p95 [\d,]+ ms against \d+ ms/);
  await expect(verdict).toContainText(/Naive polling is later than Feedline over SSE: p95 [\d,]+ ms against \d+ ms/);
  await expect(verdict).toContainText('No lane has missed an event or got one twice.');
  await expect(verdict.getByTestId('produced')).toHaveAttribute('value', '60');
});

test('with no added round trip and steady events long polling is judged by its latency alone, and costs a request per event', async ({
  page,
  request,
  feedId,
}) => {
  await page.goto(`/?feed=${feedId}&rtt=0`);
  await untilRacing(page);
  // One after the other: what comes together would share a request.
  for (const seq of seqsFrom(1, 25)) {
    await publish(request, feedId, [seq]);
    await untilShown(page, 'long-poll', 'events', seq);
  }
  for (const lane of LANE_NAMES) await untilShown(page, lane, 'events', 25);
  const verdict = page.getByTestId('verdict');
  await expect(verdict).toContainText(/Long polling made \d+ requests for 25 events.*: 1\.\d requests per event\./);
  const said = (await verdict.textContent()) ?? '';
  const [, words, longPollMs, sseMs] =
    /Long polling is (as quick as|later than|ahead of) Feedline over SSE: .*?p95 (\d+) ms against (\d+) ms/.exec(
      said,
    ) ?? [];
  const apartMs = Math.abs(Number(longPollMs) - Number(sseMs));
  if (apartMs < 4) expect(words, said).toBe('as quick as');
  await expect(page.getByText('With 0 ms, on one machine, long polling is about as quick as SSE')).toBeVisible();
});

test('a comparison is exported as the page shows it, and its link opens the same race', async ({
  page,
  request,
  feedId,
}) => {
  await raceWith(page, { request, feedId, events: 12 });
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(new RegExp(`^feedline-${feedId}-[\\dT-]+\\.json$`));
  const exported = JSON.parse(await readFile(await download.path(), 'utf8'));
  expect(exported).toMatchObject({ kind: 'feedline-race', conditions: { feedId, rttMs: 0, intervalMs: 250 } });
  for (const lane of LANE_NAMES) {
    expect(exported.lanes[lane]).toMatchObject({ events: 12, missed: 0, repeated: 0 });
    expect(exported.lanes[lane].requests).toBeLessThanOrEqual(await shown(page, lane, 'requests'));
  }
  expect(exported.verdict).toContain('No lane has missed an event or got one twice.');
  await page.goto(exported.url);
  await untilRacing(page);
  await expect(page.getByTestId('verdict')).toContainText(
    `on ${feedId}, no added round trip, naive polls every 250 ms`,
  );
});

test('latency is right, within the error it shows, where the producer’s clock is 5 s off', async ({
  page,
  request,
  feedId,
}) => {
  for (const clockOffsetMs of [5000, -5000]) {
    const id = `${feedId}${clockOffsetMs}`;
    await page.goto(`/?feed=${id}&rtt=0&interval=250`);
    await untilRacing(page);
    let seq = 0;
    const clock = page.getByTestId('clock');
    await expect
      .poll(async () => {
        seq += 1;
        await publish(request, id, [seq], clockOffsetMs);
        return clock.getAttribute('data-error-ms');
      })
      .not.toBeNull();
    // Here the producer, the server and the page have the same clock but for what was added.
    const offsetMs = Number(await clock.getAttribute('data-offset-ms'));
    const errorMs = Number(await clock.getAttribute('data-error-ms'));
    expect(Math.abs(offsetMs + clockOffsetMs)).toBeLessThanOrEqual(errorMs);
    // A wide enough error would be right about anything.
    expect(errorMs).toBeLessThan(500);
    await expect(clock).toContainText('which is corrected');
    await expect.poll(() => laneCard(page, 'sse').getByTestId('latency-p50').textContent()).toMatch(/^\d{1,3}$/);
  }
});

test('without a network every lane with a cursor backs off, goes on from it and misses nothing; the foil loses what came meanwhile', async ({
  page,
  request,
  baseUrl,
  feedId,
}) => {
  const proxy = await SeverableProxy.start(baseUrl);
  const witness = await LaneWitness.attach(page);
  await page.goto(`${proxy.url}/?feed=${feedId}&rtt=0&interval=250`);
  await untilRacing(page);
  await publish(request, feedId, seqsFrom(1, 5));
  for (const lane of LANE_NAMES) await untilShown(page, lane, 'events', 5);
  proxy.sever();
  for (const lane of LANE_NAMES) await untilState(page, lane, 'reconnecting');
  await publish(request, feedId, seqsFrom(6, 25));
  await expect(laneCard(page, 'poll')).toContainText('the server cannot be reached');
  proxy.restore();
  await untilRacing(page);
  await publish(request, feedId, [26]);
  for (const lane of WITH_CURSOR) {
    await untilShown(page, lane, 'events', 26);
    expect(await shown(page, lane, 'missed')).toBe(0);
    expect(await shown(page, lane, 'repeated')).toBe(0);
  }
  await untilShown(page, 'article', 'missed', 20);
  await expect(page.getByTestId('verdict')).toContainText('The article’s SSE missed 20 events.');
  await stopAll(page);
  // Failed ones too, and those that EventSource makes by itself.
  for (const lane of LANE_NAMES) await untilShown(page, lane, 'requests', witness.seen(lane).requests);
  await proxy.stop();
});

test('a stream that is refused says with which status and for how long, which EventSource cannot know, and comes back', async ({
  page,
  request,
  baseUrl,
  feedId,
}) => {
  const proxy = await SeverableProxy.start(baseUrl);
  await page.goto(`${proxy.url}/?feed=${feedId}&rtt=0&interval=250`);
  await untilRacing(page);
  proxy.refuse(503, { 'retry-after': '3' });
  for (const lane of WITH_CURSOR) {
    await untilState(page, lane, 'reconnecting');
    await expect(laneCard(page, lane)).toContainText('the server answered with status 503 (asks for 3 s)');
  }
  // The article's page gives up for good: nothing there tries again.
  await untilState(page, 'article', 'closed');
  await publish(request, feedId, [1, 2]);
  proxy.restore();
  for (const lane of WITH_CURSOR) {
    await untilState(page, lane, 'live');
    await untilShown(page, lane, 'events', 2);
  }
  await expect(page.getByTestId('verdict')).toContainText('The article’s SSE has given up after 0 events');
  await proxy.stop();
});

test('a lane that is switched off holds no connection, and on again goes on where it was', async ({
  page,
  request,
  feedId,
}) => {
  await page.goto(`/?feed=${feedId}&rtt=0`);
  await untilRacing(page);
  await publish(request, feedId, [1]);
  for (const lane of LANE_NAMES) await untilShown(page, lane, 'events', 1);
  await page.keyboard.press('1');
  await untilState(page, 'sse', 'closed');
  // Its switch is the only way back: a button beside it that does nothing would be a second one.
  await expect(laneCard(page, 'sse').getByRole('button')).toHaveCount(1);
  await expect(page.getByTestId('verdict')).toContainText('Feedline over SSE is off: nothing to compare with.');
  await publish(request, feedId, [2, 3]);
  await untilShown(page, 'article', 'events', 3);
  expect(await shown(page, 'sse', 'events')).toBe(1);
  await page.keyboard.press('1');
  await untilShown(page, 'sse', 'events', 3);
  expect(await shown(page, 'sse', 'missed')).toBe(0);
});

test('conditions are chosen by mouse and keyboard, kept in the URL, and begin another race', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('radio', { name: 'Bursts' })).toBeChecked();
  await expect(page.getByRole('radio', { name: '80 ms' })).toBeChecked();
  await page.getByText('Steady', { exact: true }).click();
  await expect(page).toHaveURL(/feed=race-steady/);
  await page.getByRole('radio', { name: '80 ms' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(/rtt=200/);
  await untilRacing(page);
  await expect(page.getByTestId('verdict')).toContainText(
    'on race-steady (steady: 10 events a second), 200 ms added round trip',
  );
  await page.goBack();
  await expect(page.getByRole('radio', { name: '80 ms' })).toBeChecked();
  await page.getByLabel('Own feed').fill('my-feed');
  await page.getByRole('button', { name: 'Race' }).click();
  await expect(page.getByTestId('verdict')).toContainText(
    'on my-feed, 80 ms added round trip, naive polls every 1 s, long polls of up to 25 s:',
  );
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1440]) {
    test(`the race does not overflow at ${width} px, ${colorScheme}`, async ({ page, feedId }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`/?feed=${feedId}${'x'.repeat(200)}`);
      await untilRacing(page);
      const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflowPx).toBeLessThanOrEqual(0);
    });
  }
}
