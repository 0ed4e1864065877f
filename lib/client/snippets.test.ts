import { expect, test } from 'vitest';
import { snippetsOf } from './snippets.ts';

const ORIGIN = 'https://feeds.test';
const urlIn = (snippet: string): string => /https:[^"'\s]*/.exec(snippet)?.[0] ?? '';

test('an ID that reads well in a path is in the article’s URL', () => {
  for (const snippet of Object.values(snippetsOf(ORIGIN, 'order-12_3.4'))) {
    expect(urlIn(snippet)).toBe(`${ORIGIN}/getData/order-12_3.4`);
  }
});

test.each(['.', '..', 'a/b', `it's "quoted" \\ \`id\` $(reboot) \${x} !!`, 'ü 💶 %41+&=#?', '\n\r\u2028'])(
  'any other ID is in the query, and ends no text of code or shell: %j',
  (id) => {
    for (const snippet of Object.values(snippetsOf(ORIGIN, id))) {
      const url = urlIn(snippet);
      expect(new URL(url).searchParams.get('id')).toBe(id);
      expect(url).toMatch(/^[\w:/?=&.%*+-]+$/);
    }
  },
);
