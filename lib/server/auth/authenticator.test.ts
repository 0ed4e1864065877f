import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from './authenticator.ts';

const SECRET = Buffer.alloc(32, 7);
const NOW_MS = 1_000_000;

const authenticator = createAuthenticator(
  {
    jwt: {
      keys: { kind: 'secret', secret: SECRET },
      algorithms: ['HS256'],
      audiences: ['test'],
      issuer: undefined,
      skewMs: 0,
      feedsClaim: 'feeds',
      cookie: 'token',
    },
    metricsToken: undefined,
    renewUrl: undefined,
  },
  { defaultTopic: 'orders', now: () => NOW_MS, fetch, onTrouble: () => expect.unreachable() },
);

function tokenOf(claims: Readonly<Record<string, unknown>>): string {
  const parts = [{ alg: 'HS256' }, { aud: 'test', exp: NOW_MS, ...claims }];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

const keyOf = async (headers: Record<string, string>): Promise<string | undefined> =>
  (await authenticator.callerOf(new Request('http://localhost/', { headers }))).key;

describe('the holder of a token, as limits count', () => {
  it('is the same however the signature is written, where the token names nobody', async () => {
    const token = tokenOf({});
    const key = await keyOf({ authorization: `Bearer ${token}` });
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const spare = last[last.indexOf(token.slice(-1)) ^ 1];
    const [signed, signature = ''] = [token.slice(0, token.lastIndexOf('.')), token.split('.')[2]];
    const written = [
      `${token.slice(0, -1)}${spare}`,
      `${token}=`,
      `${signed}.${signature.replaceAll('-', '+').replaceAll('_', '/')}`,
      `${signed}.${signature.slice(0, 9)} ${signature.slice(9)}`,
    ];
    const keys = await Promise.all(written.map((text) => keyOf({ cookie: `token=${text}` }).catch(() => 'refused')));
    for (const other of keys) expect(other).toBeOneOf([key, 'refused']);
  });

  it('is another one for another token, and the same for another token of whom it names', async () => {
    const keys = [{}, { jti: 1 }, { sub: 'a' }, { sub: 'a', jti: 1 }, { sub: 'b' }].map((claims) =>
      keyOf({ authorization: `Bearer ${tokenOf(claims)}` }),
    );
    const [none, another, a, again, b] = await Promise.all(keys);
    expect(new Set([none, another, a, b]).size).toBe(4);
    expect(again).toBe(a);
  });
});
