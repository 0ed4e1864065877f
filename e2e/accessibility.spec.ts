import { axeFindings } from './browser/axe.ts';
import { PLACES, THEMES } from './browser/places.ts';
import { publish, untilRacing } from './browser/race-page.ts';
import { expect, test } from './fixtures.ts';

for (const theme of THEMES) {
  for (const { name, path, isShown } of PLACES) {
    test(`axe finds nothing on ${name}, ${theme}, nor with the keys open`, async ({ page, request, feedId }) => {
      await page.emulateMedia({ colorScheme: theme });
      await publish(request, feedId, [1]);
      await page.goto(path(feedId));
      await isShown(page);
      const tables = page.getByRole('button', { name: 'Show as table' });
      while ((await tables.count()) > 0) await tables.first().click();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('?');
      const dialog = page.getByRole('dialog', { name: 'Keys' });
      await expect(dialog).toHaveCSS('opacity', '1');
      expect(await axeFindings(page)).toEqual([]);
    });
  }
}

for (const theme of THEMES) {
  test(`axe finds nothing on a race that is being broken, with the faults beside it, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await page.goto('/?feed=race-steady&rtt=0');
    await untilRacing(page);
    await page.keyboard.press('b');
    await expect(page.getByTestId('break')).toBeVisible();
    await page.keyboard.press('f');
    await expect(page.getByRole('dialog', { name: 'Faults' })).toHaveCSS('opacity', '1');
    await expect(page.getByRole('button', { name: 'Kill it' })).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
  });
}

test('who asks for less motion gets none: nothing fades, nothing is animated', async ({ page, request, feedId }) => {
  await publish(request, feedId, [1]);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const { path, isShown } of PLACES) {
    await page.goto(path(feedId));
    await isShown(page);
    await page.keyboard.press('t');
    await page.getByRole('button', { name: 'Theme' }).click();
    await expect(page.getByRole('menu')).toBeVisible();
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return animationName !== 'none' || transitionDuration.split(',').some((time) => Number.parseFloat(time) > 0);
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    );
    expect(moving).toEqual([]);
  }
});
