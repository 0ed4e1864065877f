/** Line breaks and tabs are laid out; what else has no shape of its own, or changes that of its neighbours, is not. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * The text as it is shown: what a reader could not see in it (control, zero-width and bidirectional characters, halves of
 * surrogate pairs) stands there by its number, ⟦U+202E⟧. What is copied stays as it is.
 */
export function visible(text: string): string {
  return text.replace(
    UNSEEN,
    (char) => `⟦U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`,
  );
}
