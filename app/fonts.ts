import localFont from 'next/font/local';

/*
 * Files of this server, Latin only: no other host learns who reads the page. A face that comes too late is left for the
 * next page (`optional`): text that is being read never moves.
 */
export const geist = localFont({
  src: '../node_modules/@fontsource-variable/geist/files/geist-latin-wght-normal.woff2',
  weight: '100 900',
  display: 'optional',
  variable: '--font-geist',
});

export const geistMono = localFont({
  src: '../node_modules/@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2',
  weight: '100 900',
  display: 'optional',
  variable: '--font-geist-mono',
  // Made for proportional text alone.
  adjustFontFallback: false,
});
