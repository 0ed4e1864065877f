/** What may stand in a log: the words of our own paths. Whatever else is in a path may be a secret of the client's. */
const WORDS = new Set(
  'api article bad-id demo events faults feeds getData healthz metrics openapi.json ops poll readyz status stream'.split(
    ' ',
  ),
);
const SEGMENTS_MAX = 4;

/** The route of a request, `/api/feeds/{}/stream`, without what its client has put into the URL; `other` is none of ours. */
export function routeName(target: string): string {
  const [path = ''] = target.split('?', 1);
  if (path === '/') return path;
  const segments = path.split('/').slice(1);
  if (segments[0] === '_next') return '/_next';
  if (segments.length > SEGMENTS_MAX || !WORDS.has(segments[0] ?? '')) return 'other';
  return `/${segments.map((segment) => (WORDS.has(segment) ? segment : '{}')).join('/')}`;
}
