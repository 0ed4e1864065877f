import type { Locator, Page } from '@playwright/test';

/** The page `/feeds`, as the tests of its list need it. */
export class FeedsPage {
  readonly page: Page;
  readonly search: Locator;
  readonly state: Locator;
  /** Rows in the document, whether or not they can be seen. */
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.search = page.getByRole('searchbox', { name: 'Find feeds by their ID' });
    this.state = page.getByTestId('list-state');
    this.rows = page.locator('[data-feed]');
  }

  row(id: string): Locator {
    return this.page.locator(`[data-feed="${id}"]`);
  }

  order(name: string): Locator {
    return this.page.getByRole('group', { name: 'Order' }).getByRole('button', { name });
  }

  /** The IDs of the rows from the top of the list on. */
  shownIds(): Promise<string[]> {
    return this.page
      .getByRole('listitem')
      .locator('[data-feed]')
      .evaluateAll((rows) => {
        const top = (row: Element): number => row.getBoundingClientRect().top;
        return rows.sort((a, b) => top(a) - top(b)).map((row) => row.getAttribute('data-feed') ?? '');
      });
  }
}
