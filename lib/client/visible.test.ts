import { describe, expect, it } from 'vitest';
import { visible } from './visible.ts';

describe('a text that is shown', () => {
  it.each([
    ['1234', '1234'],
    ['{\n\t"a": "é 漢 שלום 🙂"\r\n}', '{\n\t"a": "é 漢 שלום 🙂"\r\n}'],
    ['', ''],
  ])('stays as it is where all of it can be seen: %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it.each([
    ['invoice\u202egpj.exe', 'invoice⟦U+202E⟧gpj.exe'],
    ['12\u200b34', '12⟦U+200B⟧34'],
    ['a\u2066b\u2069', 'a⟦U+2066⟧b⟦U+2069⟧'],
    ['\u0000\u001b[31m\u007f\u0085', '⟦U+0000⟧⟦U+001B⟧[31m⟦U+007F⟧⟦U+0085⟧'],
    ['\ufeffa\u2028b', '⟦U+FEFF⟧a⟦U+2028⟧b'],
    ['\ud83d', '⟦U+D83D⟧'],
    ['\u{e0041}', '⟦U+E0041⟧'],
  ])('names what could not be: %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});
