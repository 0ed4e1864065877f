import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TokenServer } from '#scripts/testing/token-server.ts';
import { OauthTokens } from './kafka-oauth.ts';

const LIFE_MS = 600_000;

describe('tokens by client credentials', () => {
  let server: TokenServer;
  let nowMs: number;

  beforeEach(async () => {
    server = await TokenServer.start('kafka');
    nowMs = 0;
  });

  afterEach(() => server.stop());

  const tokens = (clientSecret = 'open sesame', tokenUrl = server.url): OauthTokens =>
    new OauthTokens({
      sasl: { mechanism: 'OAUTHBEARER', tokenUrl, clientId: 'feedline', clientSecret, scope: 'read write' },
      fetch,
      now: () => nowMs,
    });

  it('are asked for once, however many want one at the same time', async () => {
    const ours = tokens();
    const values = await Promise.all([ours.current(), ours.current(), ours.current()]);
    expect(new Set(values).size).toBe(1);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.form.get('scope')).toBe('read write');
  });

  it('are kept until shortly before their end', async () => {
    const ours = tokens();
    await ours.current();
    nowMs = LIFE_MS - 31_000;
    await ours.current();
    expect(server.requests).toHaveLength(1);
    nowMs = LIFE_MS - 29_000;
    await ours.current();
    expect(server.requests).toHaveLength(2);
  });

  it('are asked for anew once one was refused, or none was given', async () => {
    const ours = tokens();
    await ours.current();
    ours.forget();
    await ours.current();
    expect(server.requests).toHaveLength(2);
    const others = tokens('wrong');
    for (let tries = 0; tries < 2; tries += 1) await expect(others.current()).rejects.toThrow('401, invalid_client');
    expect(server.requests).toHaveLength(4);
  });

  it.each(['wrong', 'a&b=c:d ü'])('are refused in words that do not show the secret: %s', async (secret) => {
    const failure = await tokens(secret).current().catch(String);
    expect(failure).toContain(`${server.url} gives no token (401, invalid_client: The secret is wrong.)`);
    expect(failure).not.toContain(secret === 'wrong' ? 'feedline:' : secret);
    // RFC 6749, section 2.3.1.
    const basic = server.requests[0]?.authorization?.split(' ')[1] ?? '';
    const [user, password] = Buffer.from(basic, 'base64').toString().split(':');
    expect(new URLSearchParams(`${user}=${password}`).get('feedline')).toBe(secret);
  });

  it('are waited for no longer where the endpoint is away', async () => {
    await server.stop();
    await expect(tokens().current()).rejects.toThrow('cannot be asked for a token: ECONNREFUSED');
    server = await TokenServer.start('kafka');
  });
});
