import type { Page } from '@playwright/test';

/** What the browser has refused, from before the page's first script on. */
export async function watchRefusals(page: Page): Promise<string[]> {
  const refused: string[] = [];
  await page.exposeFunction('onRefused', (text: string) => refused.push(text));
  await page.addInitScript(() => {
    const tell = (window as unknown as { onRefused: (text: string) => void }).onRefused;
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
      tell(`${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber}`),
    );
  });
  // Some, such as a preload, are told on the console alone.
  page.on('console', (message) => {
    if (/content security policy|permissions.policy|cross-origin/i.test(message.text())) refused.push(message.text());
  });
  return refused;
}
