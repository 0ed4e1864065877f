import type { Page } from '@playwright/test';
import { FeedsPage } from './browser/feeds-page.ts';
import { untilRacing } from './browser/race-page.ts';
import { expect, test } from './fixtures.ts';

/** Once its scripts run: what is pressed before is nobody's. */
async function openFeeds(page: Page): Promise<void> {
  await page.goto('/feeds');
  await expect(new FeedsPage(page).state).toHaveAttribute('data-state', 'ready');
}

test('`?` shows the keys, no other key acts meanwhile, and Escape gives the focus back', async ({ page }) => {
  await openFeeds(page);
  const button = page.getByRole('button', { name: 'Keys' });
  await button.focus();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys' });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByText('Show this list')).toBeVisible();
  await page.keyboard.press('t');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(button).toBeFocused();
  await expect(page.locator('html')).not.toHaveClass(/dark/);
  await page.keyboard.press('t');
  await expect(page.locator('html')).toHaveClass(/dark/);
});

test('the theme is chosen from a menu by keys alone, kept, and given back to the system', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await openFeeds(page);
  const html = page.locator('html');
  await expect(html).toHaveClass(/dark/);
  await page.getByRole('button', { name: 'Theme' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitemradio', { name: 'As the system' })).toBeChecked();
  await page.keyboard.press('l');
  await page.keyboard.press('Enter');
  await expect(html).not.toHaveClass(/dark/);
  await openFeeds(page);
  await expect(html).not.toHaveClass(/dark/);
  await page.getByRole('button', { name: 'Theme' }).click();
  await expect(page.getByRole('menuitemradio', { name: 'Light' })).toBeChecked();
  await page.getByRole('menuitemradio', { name: 'As the system' }).click();
  await expect(html).toHaveClass(/dark/);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(html).not.toHaveClass(/dark/);
});

test('a hint is shown to the pointer, to the keyboard, and to who listens', async ({ page }) => {
  await page.goto('/');
  await untilRacing(page);
  const steady = page.getByRole('radio', { name: 'Steady' });
  const hint = page.getByText('10 events a second').filter({ visible: true });
  await expect(steady).toHaveAccessibleDescription('10 events a second');
  await steady.hover();
  await expect(hint).toBeVisible();
  await page.mouse.move(0, 0);
  await expect(hint).toHaveCount(0);
  await steady.focus();
  await expect(hint).toBeVisible();
  await page.getByRole('button', { name: 'Keys' }).focus();
  await expect(hint).toHaveCount(0);
  await expect(page.getByText('Keys (?)')).toBeVisible();
});
