/** What every request that changes something has in common: it comes from a page of ours, and carries JSON. */
import { isIP } from 'node:net';
import { FeedlineError } from '../../protocol/errors.ts';

/** Far above any value of the demo, far below what Kafka takes. */
const BODY_MAX_BYTES = 65_536;
/** So much of a body that is too large is read all the same, and dropped: what is left would be taken for the next request. */
const BODY_DROPPED_MAX_BYTES = 1_048_576;

/**
 * A page of another site could make the visitor's browser post here. Browsers say where a request comes from; JSON
 * as the media type keeps plain forms out. A site whose own name leads here (DNS rebinding) counts as this origin to
 * its browser, but it cannot come by an address, nor by a name of the loopback or of ours.
 *
 * @param hosts names of ours, beside those
 *
 * @throws FeedlineError `cross-site`, `media-type`
 */
export function refuseCrossSite(request: Request, hosts: readonly string[]): void {
  if (!isOwnHost(request.headers.get('host') ?? '', hosts)) {
    throw new FeedlineError('cross-site', 'This server is not known by that name here: add it to DEMO_HOSTS.');
  }
  const origin = request.headers.get('origin');
  const isSameOrigin = origin === null || hostOf(origin) === request.headers.get('host');
  const site = request.headers.get('sec-fetch-site') ?? 'same-origin';
  if (!isSameOrigin || !['same-origin', 'none'].includes(site)) {
    throw new FeedlineError('cross-site', 'Only pages of this origin may send this.');
  }
  const mediaType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    throw new FeedlineError('media-type', 'Send the body as application/json.');
  }
}

function isOwnHost(host: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname, host: parsed } = new URL(`http://${host}`);
  // Nothing but a host and its port: what else a URL could have there would be lost on the way.
  if (parsed !== host.toLowerCase() && `${parsed}:80` !== host.toLowerCase()) return false;
  const isAddress = isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0;
  return isAddress || hostname === 'localhost' || hostname.endsWith('.localhost') || hosts.includes(hostname);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** @throws FeedlineError `body-too-large`, `body-invalid` */
export async function readJsonBody(request: Request): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of request.body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes <= BODY_MAX_BYTES) parts.push(part);
    else if (sizeBytes > BODY_DROPPED_MAX_BYTES) break;
  }
  if (sizeBytes > BODY_MAX_BYTES) throw new FeedlineError('body-too-large', `At most ${BODY_MAX_BYTES} bytes.`);
  const body = Buffer.concat(parts);
  try {
    JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new FeedlineError('body-invalid', 'The body is not JSON.', { cause });
  }
  return body;
}
