/** One event of a feed in full: what is shown of it is what Kafka and the server say, and what is selected stays. */
import { type APIRequestContext, expect as check, type Page } from '@playwright/test';
import { Kafka, logLevel } from 'kafkajs';
import { formatMoment } from '#lib/client/format.ts';
import { expect, test } from './fixtures.ts';

interface Stored {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

async function publish(request: APIRequestContext, id: string, seq: number, more: object = {}): Promise<Stored> {
  const data = { id, seq, producedAtMs: Date.now(), ...more };
  const response = await request.post(`/api/feeds/${id}/events`, { data });
  check(response.status()).toBe(201);
  return response.json();
}

const inspector = (page: Page) => page.getByTestId('inspector');
const fact = (page: Page, name: string) => inspector(page).locator(`[data-fact=${name}]`);
const row = (page: Page, seq: number) => page.locator(`[data-seq="${seq}"]`);
const tape = (page: Page) => page.getByRole('listbox', { name: 'Events, newest first' });

async function open(page: Page, id: string): Promise<void> {
  await page.goto(`/feeds/${id}`);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
}

async function msOf(page: Page, stage: string): Promise<number> {
  return Number(
    /^([\d,]+) ms$/.exec((await inspector(page).locator(`[data-stage=${stage}]`).textContent()) ?? '')?.[1],
  );
}

test('the event in full is what the record log says of it', async ({ page, request, feedId }) => {
  await open(page, feedId);
  const stored = await publish(request, feedId, 1, { note: 'in full' });
  await expect(page.getByTestId('last-seq')).toHaveText('1');
  const answer = await request.get(`/api/feeds/poll?id=${feedId}&last=1&waitMs=0&format=envelope`);
  const event = (await answer.json()).events[0];
  const { timestampMs, receivedAtMs, pod } = JSON.parse(event.data);
  await expect(fact(page, 'key')).toHaveText(feedId);
  await expect(fact(page, 'place')).toHaveText(
    `${stored.topic}, partition ${stored.partition}, offset ${stored.offset}`,
  );
  await expect(fact(page, 'timestamp')).toHaveText(formatMoment(timestampMs));
  await expect(fact(page, 'pod')).toHaveText(`${pod}, ${formatMoment(receivedAtMs)}`);
  await expect(fact(page, 'cursor')).toHaveText(event.cursor);
  await expect(fact(page, 'headers')).toHaveText('(none)');
  await expect(page.getByTestId('last-value')).toContainText('"note": "in full"');
});

test('the stages of an event add up to its latency, and say where its time went', async ({ page, request, feedId }) => {
  await open(page, feedId);
  await publish(request, feedId, 1, { producedAtMs: Date.now() - 400 });
  await expect(page.getByTestId('last-seq')).toHaveText('1');
  const latencyMs = Number(/^(\d+) ms$/.exec((await row(page, 1).locator('span').nth(2).textContent()) ?? '')?.[1]);
  const [toBroker, toPod, toBrowser] = [
    await msOf(page, 'toBroker'),
    await msOf(page, 'toPod'),
    await msOf(page, 'toBrowser'),
  ];
  // It was on its way to the broker for as long as its payload says.
  expect(toBroker).toBeGreaterThanOrEqual(400);
  expect(toPod).toBeLessThan(400);
  expect(Math.abs(toBroker + toPod + toBrowser - latencyMs)).toBeLessThanOrEqual(2);
  const table = page.getByTestId('stage-table');
  await expect(table.locator('[data-stage=toBroker]')).toContainText(/4\d\d ms/);
  await expect(table.locator('[data-stage=toBrowser]')).toContainText(/\d ms/);
});

test('a selected event stays while others come, until the newest is followed again', async ({
  page,
  request,
  feedId,
}) => {
  await open(page, feedId);
  for (const seq of [1, 2, 3]) await publish(request, feedId, seq);
  await row(page, 2).click();
  await expect(row(page, 2)).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('inspector-mode')).toHaveText('Selected: #2');
  await publish(request, feedId, 4);
  await expect(row(page, 4)).toBeVisible();
  await expect(page.getByTestId('last-seq')).toHaveText('2');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('inspector-mode')).toHaveText('Following newest');
  await expect(page.getByTestId('last-seq')).toHaveText('4');
  await row(page, 1).click();
  const follow = page.getByRole('button', { name: 'Follow newest' });
  await follow.press('Enter');
  await expect(follow).toHaveAttribute('aria-disabled', 'true');
  await expect(follow).toBeFocused();
  await expect(page.getByTestId('last-seq')).toHaveText('4');
});

test('the tape is walked by keys, from the newest to the oldest', async ({ page, request, feedId }) => {
  await open(page, feedId);
  for (let seq = 1; seq <= 60; seq += 1) await publish(request, feedId, seq);
  await expect(page.getByTestId('last-seq')).toHaveText('60');
  await tape(page).focus();
  for (const [key, seq] of [
    ['Enter', 60],
    ['ArrowDown', 59],
    ['ArrowDown', 58],
    ['ArrowUp', 59],
    ['End', 1],
    ['ArrowUp', 2],
    ['Home', 60],
  ] as const) {
    await page.keyboard.press(key);
    await expect(page.getByTestId('last-seq')).toHaveText(String(seq));
    await expect(row(page, seq)).toBeInViewport();
    const active = await tape(page).getAttribute('aria-activedescendant');
    expect(await row(page, seq).getAttribute('id')).toBe(active);
  }
});

test('of a long tape only what is seen is laid out, and reading it is not disturbed by what comes', async ({
  page,
  request,
  feedId,
}) => {
  await open(page, feedId);
  for (let seq = 1; seq <= 150; seq += 1) await publish(request, feedId, seq);
  await expect(page.getByTestId('events')).toHaveText('150');
  await expect(row(page, 150)).toBeVisible();
  expect(await page.locator('[data-kind=event]').count()).toBeLessThan(60);
  await row(page, 145).click();
  await expect(tape(page)).toHaveAttribute('aria-activedescendant', /./);
  await tape(page).evaluate((box) => box.scrollTo({ top: 1500 }));
  await expect(tape(page)).not.toHaveAttribute('aria-activedescendant');
  const read = page.locator('[data-kind=event]').filter({ hasText: '#95' });
  await expect(read).toBeInViewport();
  const topPx = (await read.boundingBox())?.y ?? 0;
  await publish(request, feedId, 151);
  await expect(page.getByTestId('events')).toHaveText('151');
  expect(Math.abs(((await read.boundingBox())?.y ?? 0) - topPx)).toBeLessThanOrEqual(1);
});

test('a record without a value, one that is no text, and its headers are shown and copied as what they are', async ({
  page,
  context,
  request,
  feedId,
}) => {
  const brokers = process.env.TEST_KAFKA_BROKERS?.split(',');
  test.skip(brokers === undefined, process.env.NO_BROKER_REASON);
  const { topic } = await publish(request, feedId, 1);
  await open(page, feedId);
  const producer = new Kafka({ brokers: brokers ?? [], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const send = (value: Buffer | null, headers = {}) =>
    producer.send({ topic, messages: [{ key: feedId, value, headers }] });
  const bytes = Buffer.from([0xff, 0x00, 0xfe]);
  await send(bytes, { source: 'sensor', hop: ['a', 'b'] });
  await expect(page.getByTestId('last-value')).toHaveText(bytes.toString('base64'));
  await expect(page.getByText('Not UTF-8: 3 bytes, as base64.')).toBeVisible();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy: the value, as base64' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(bytes.toString('base64'));
  await expect(fact(page, 'headers')).toContainText('source: sensor');
  await expect(fact(page, 'headers')).toContainText('hop: a, b');
  await send(null);
  await expect(page.getByTestId('last-value')).toHaveText('(no value: a tombstone)');
  await producer.disconnect();
});

test('a payload is copied verbatim', async ({ page, context, request, feedId }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, feedId);
  await request.post(`/api/feeds/${feedId}/events`, {
    data: '{"big":12345678901234567890,  "a":1}',
    headers: { 'content-type': 'application/json' },
  });
  await expect(page.getByTestId('last-value')).toContainText('12345678901234567890');
  await page.getByRole('button', { name: 'Copy: the value' }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toBe('{"big":12345678901234567890,  "a":1}');
});
