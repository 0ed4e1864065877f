import type { APIRequestContext, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { LANE_NAMES, type LaneName } from '#lib/client/lanes.ts';

/** Publishes events with these seqs, one after the other, as the demo's page does. */
export async function publish(
  request: APIRequestContext,
  id: string,
  seqs: readonly number[],
  clockOffsetMs = 0,
): Promise<void> {
  for (const seq of seqs) {
    const data = { id, seq, producedAtMs: Date.now() + clockOffsetMs, note: 'x'.repeat(100) };
    const response = await request.post(`/api/feeds/${id}/events`, { data });
    expect(response.status()).toBe(201);
  }
}

export const seqsFrom = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

export const laneCard = (page: Page, lane: LaneName) => page.locator(`[data-lane=${lane}]`);

/** A figure of a lane as the page shows it. */
export async function shown(page: Page, lane: LaneName, name: string): Promise<number> {
  return Number(
    await laneCard(page, lane)
      .getByTestId(name)
      .getAttribute('value')
      .then((value) => value?.replaceAll(',', '')),
  );
}

/** Every lane is connected. */
export async function untilRacing(page: Page): Promise<void> {
  for (const lane of LANE_NAMES) await untilState(page, lane, 'live');
}

/** A race on this feed, without an added round trip, that has brought every lane its first events: seqs from 1 on. */
export async function raceWith(
  page: Page,
  {
    request,
    feedId,
    events,
  }: { readonly request: APIRequestContext; readonly feedId: string; readonly events: number },
): Promise<void> {
  await page.goto(`/?feed=${feedId}&rtt=0&interval=250`);
  await untilRacing(page);
  await publish(request, feedId, seqsFrom(1, events));
  for (const lane of LANE_NAMES) await untilShown(page, lane, 'events', events);
}

export async function untilState(page: Page, lane: LaneName, state: string): Promise<void> {
  await expect(laneCard(page, lane).getByTestId('connection')).toHaveAttribute('data-state', state);
}

export async function untilShown(page: Page, lane: LaneName, name: string, value: number): Promise<void> {
  await expect.poll(() => shown(page, lane, name), { message: `${name} of ${lane}` }).toBe(value);
}
