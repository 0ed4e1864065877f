import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startPart } from '#scripts/process/part.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { versionOf } from '#scripts/process/version-of.ts';
import type { Peer, PeerOptions, RunningPeer } from '../peer.ts';
import { build, isFresh } from './build.ts';
import { firstLine } from './first-line.ts';

const FOLDER = join(ROOT, '.cache', 'bench', 'mercure');
const HUB = join(FOLDER, 'mercure');
const PRODUCT = join(FOLDER, 'build', 'mercure');
const BUILD = {
  what: "Mercure's hub",
  sources: join(ROOT, 'bench', 'fan-out', 'peers', 'mercure'),
  target: HUB,
  product: PRODUCT,
  command: 'go',
  // What is asked for here goes before what GOFLAGS may say: the versions are those of go.mod and go.sum.
  args: ['build', '-mod=readonly', '-buildvcs=false', '-o', PRODUCT, '.'],
  isError: (line: string) => !line.startsWith('go: downloading'),
};

/** Mercure's own hub, as a library in a small program of Go that serves it; the program is in `mercure/`. */
export const mercure: Peer = {
  name: 'mercure',
  fedBy: 'http',
  isOnRequest: true,

  async prepare(log) {
    if (isFresh(BUILD)) return undefined;
    if ((await versionOf('go', ['version'])) === undefined) return "no Go (it builds Mercure's hub)";
    log("Building Mercure's hub by Go; the first time it downloads about 150 MB");
    return build(BUILD, log);
  },

  async start({ undo }: PeerOptions): Promise<RunningPeer> {
    const port = await freePort();
    const key = randomBytes(32).toString('hex');
    const listening = firstLine(/^listening$/);
    const part = await startPart({
      name: 'mercure',
      command: HUB,
      args: [],
      env: { PORT: String(port), PUBLISHER_KEY: key },
      onLine: listening.onLine,
    });
    undo.push(part.stop);
    await listening.of(part);
    const hubUrl = `http://${LOOPBACK}:${port}/.well-known/mercure`;
    return {
      pids: [part.pid],
      streamUrl: (id) => `${hubUrl}?${new URLSearchParams({ topic: id })}`,
      publishUrl: () => hubUrl,
      publishHeaders: {
        authorization: `Bearer ${publisherToken(key)}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    };
  },

  publishBody: (id, value) => new URLSearchParams({ topic: id, data: value }).toString(),
};

/** A JWT (RFC 7519, HS256) that lets its holder publish to every topic. */
function publisherToken(key: string): string {
  const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ mercure: { publish: ['*'] } })}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
