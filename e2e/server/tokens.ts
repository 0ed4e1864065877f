import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';

/** Tokens as a team's own application would issue them, and as somebody would forge them: made by hand, of Node alone. */

export const SECRET = 'a secret of thirty-two bytes, or more';
export const AUDIENCE = 'feedline-test';
export const ISSUER = 'https://issuer.test';

export type Claims = Readonly<Record<string, unknown>>;

/** What a good token says, with `exp` in ten minutes. */
export function claimsOf(feeds: unknown, claims: Claims = {}): Claims {
  return { iss: ISSUER, aud: AUDIENCE, sub: 'user-1', exp: inSeconds(600), feeds, ...claims };
}

export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}

export interface HmacOptions {
  readonly secret?: string | Buffer;
  readonly alg?: string;
  /** What its header says more, or otherwise. */
  readonly header?: Claims;
}

export function hmacToken(claims: Claims, { secret = SECRET, alg = 'HS256', header }: HmacOptions = {}): string {
  const signed = signedPart({ alg, typ: 'JWT', ...header }, claims);
  return `${signed}.${createHmac(`sha${alg.slice(2)}`, secret)
    .update(signed)
    .digest('base64url')}`;
}

/** `alg: none`, as RFC 7519 has it: without a signature. */
export function unsignedToken(claims: Claims, alg = 'none'): string {
  return `${signedPart({ alg, typ: 'JWT' }, claims)}.`;
}

function signedPart(header: Claims, claims: Claims): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

/** A key of an issuer, with its place in the issuer's set of keys. */
export class IssuerKey {
  readonly kid: string = randomUUID();
  readonly publicKey: KeyObject;
  readonly #alg: 'RS256' | 'ES256' | 'EdDSA';
  readonly #privateKey: KeyObject;

  constructor(alg: 'RS256' | 'ES256' | 'EdDSA') {
    this.#alg = alg;
    const { publicKey, privateKey } =
      alg === 'RS256'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : alg === 'ES256'
          ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
          : generateKeyPairSync('ed25519');
    this.publicKey = publicKey;
    this.#privateKey = privateKey;
  }

  get jwk(): Claims {
    return { ...this.publicKey.export({ format: 'jwk' }), kid: this.kid, alg: this.#alg, use: 'sig' };
  }

  token(claims: Claims, header: Claims = {}): string {
    const signed = signedPart({ alg: this.#alg, kid: this.kid, ...header }, claims);
    const digest = this.#alg === 'EdDSA' ? null : 'sha256';
    const key = { key: this.#privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${signed}.${sign(digest, Buffer.from(signed), key).toString('base64url')}`;
  }
}

/** Where an issuer's keys can be fetched; it can be made to fail, and counts who comes. */
export class KeyServer {
  readonly url: string;
  keys: readonly IssuerKey[] = [];
  isFailing = false;
  requests = 0;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://${LOOPBACK}:${port}/jwks.json`;
  }

  static async start(): Promise<KeyServer> {
    const port = await freePort();
    const server = createServer((_, response) => {
      keyServer.requests += 1;
      if (keyServer.isFailing) response.writeHead(500).end('no keys today');
      else response.writeHead(200).end(JSON.stringify({ keys: keyServer.keys.map(({ jwk }) => jwk) }));
    });
    const keyServer = new KeyServer(server, port);
    await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
    return keyServer;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
