/** What a browser may do with an answer of ours. */

/** What every answer says. A page's address holds the ID of a feed, so no other site is told where its visitor was. */
export const ALWAYS_HEADERS = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['x-frame-options', 'DENY'],
  // Of requests that are not made by CORS: a page that CORS_ORIGINS allows is not kept from fetching.
  ['cross-origin-resource-policy', 'same-origin'],
] as const;

/** Of everything that is not a page: nothing. It says so even where a browser is made to show an answer by itself. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * Of a page: its own origin, and of inline scripts those alone that carry the answer's nonce.
 *
 * Without `strict-dynamic`: it would let any script that a page makes by itself run, whatever its text. The pages load
 * files of this server only, and `nosniff` keeps a browser from taking anything else of it for one.
 *
 * The style attributes of the pages' own HTML (heights, colours of lanes) need `style-src-attr`; a style element without
 * the nonce is refused.
 *
 * @param isDevelopment React evaluates code to show a server's stack in the browser, Next.js's own overlay brings
 *   styles without a nonce, and changes come over a WebSocket
 */
export function pagePolicy(nonce: string, isDevelopment: boolean): string {
  const script = `script-src 'self' 'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    isDevelopment ? `${script} 'unsafe-eval'` : script,
    isDevelopment ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    isDevelopment ? "connect-src 'self' ws:" : "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
