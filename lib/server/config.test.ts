import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROOT } from '#scripts/process/root.ts';
import { ConfigError, parseConfig as parse, SETTING_NAMES } from './config.ts';

/** With what must be chosen chosen. */
const parseConfig = (env: Record<string, string>) => parse({ AUTH: 'none', ...env });

function messageOf(env: Record<string, string>): string {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('settings', () => {
  it('have the defaults of PROTOCOL.md', () => {
    const config = parseConfig({ KAFKA_BROKERS: 'a:9092' });
    expect(config.topics).toEqual(['orders']);
    expect(config.stream).toEqual({
      pingMs: 5_000,
      watchdogMs: 15_000,
      maxAgeMs: 150_000,
      stallMs: 30_000,
      drainMs: 5_000,
      sink: 'direct',
    });
    expect(config.feeds.partitionerOf('orders')).toBe('murmur2');
    expect(config.isDemo).toBe(false);
    expect(config.corsOrigins).toEqual([]);
  });

  it('are all in .env.example, and nothing else is but where the server listens', () => {
    const example = readFileSync(`${ROOT}/.env.example`, 'utf8');
    const names = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(names.toSorted()).toEqual([...SETTING_NAMES, 'PORT', 'HOST'].toSorted());
  });

  it('leave nobody to guess who may watch: AUTH must be chosen, but in the demo', () => {
    expect(messageOf({ RECORD_LOG: 'memory', AUTH: '' })).toContain('AUTH should be chosen');
    expect(messageOf({ RECORD_LOG: 'memory', AUTH: 'nobody' })).toContain('AUTH should be none or jwt');
    expect(messageOf({ RECORD_LOG: 'memory', AUTH: '', DEMO: '0' })).toContain('AUTH should be chosen');
    expect(parse({ RECORD_LOG: 'memory', DEMO: '1' }).auth.jwt).toBeUndefined();
  });

  it('do not let AUTH=none go unsaid, nor keys that it makes nothing of', () => {
    const memory = { RECORD_LOG: 'memory' };
    const open = 'AUTH=none: whoever reaches this port may watch any ID';
    expect(parse({ ...memory, AUTH: 'none' }).warnings).toEqual([open]);
    expect(parse({ ...memory, AUTH: 'none', JWT_SECRET: 'x' }).warnings).toEqual([
      open,
      expect.stringContaining('no token is looked at'),
    ]);
    expect(parse({ ...memory, DEMO: '1' }).warnings).toEqual([]);
    const jwt = { AUTH: 'jwt', JWT_SECRET: 'x'.repeat(32), JWT_AUDIENCE: 'feedline' };
    expect(parse({ ...memory, ...jwt }).warnings).toEqual([]);
  });

  it('of tokens are checked against each other, and a secret is never shown', () => {
    const short = 'thirty-one bytes are not enough';
    const jwt = { RECORD_LOG: 'memory', AUTH: 'jwt', JWT_AUDIENCE: 'feedline' };
    const byKeys = { ...jwt, JWT_JWKS_URL: 'https://issuer.test/keys', JWT_ISSUER: 'https://issuer.test' };
    const bySecret = { ...jwt, JWT_SECRET: `${short}!` };
    expect(messageOf(jwt)).toContain('exactly one of JWT_SECRET');
    expect(messageOf({ ...bySecret, ...byKeys })).toContain('exactly one of');
    expect(messageOf({ ...bySecret, JWT_AUDIENCE: '' })).toContain('JWT_AUDIENCE should name');
    expect(messageOf({ ...byKeys, JWT_ISSUER: '' })).toContain('JWT_ISSUER should name');
    expect(messageOf({ ...jwt, JWT_SECRET: short })).toContain('JWT_SECRET should have at least 32 bytes');
    expect(messageOf({ ...jwt, JWT_SECRET: short })).not.toContain(short);
    expect(messageOf({ ...bySecret, JWT_ALGORITHMS: 'HS256,HS512' })).toContain('at least 64 bytes');
    for (const name of ['none', 'RS256', '']) {
      expect(messageOf({ ...bySecret, JWT_ALGORITHMS: `${name},` })).toContain(
        'JWT_ALGORITHMS should be a list of HS256',
      );
    }
    for (const name of ['none', 'HS256', 'RS256,HS256']) {
      expect(messageOf({ ...byKeys, JWT_ALGORITHMS: name })).toContain('JWT_ALGORITHMS should be a list of RS256');
    }
    for (const url of [
      'http://issuer.test/keys',
      'http://127.0.0.1.evil.example/',
      'ftp://issuer.test',
      'https://a:b@issuer.test',
      'x',
    ]) {
      expect(messageOf({ ...byKeys, JWT_JWKS_URL: url })).toContain('JWT_JWKS_URL should be an https URL');
    }
    for (const url of ['//evil.example', 'https://evil.example', 'renew', '/\\evil.example']) {
      expect(messageOf({ ...bySecret, AUTH_RENEW_URL: url })).toContain('AUTH_RENEW_URL should be a path');
    }
    const metrics = messageOf({ RECORD_LOG: 'memory', METRICS_TOKEN: 'too short!' });
    expect(metrics).toContain('METRICS_TOKEN should');
    expect(metrics).not.toContain('too short!');
    expect(parse(bySecret).auth.jwt).toMatchObject({ algorithms: ['HS256'], cookie: 'feedline_token', skewMs: 5_000 });
    expect(parse(byKeys).auth.jwt).toMatchObject({ algorithms: ['RS256', 'ES256', 'EdDSA'], feedsClaim: 'feeds' });
  });

  it('take a secret from a file, without the line end behind it', () => {
    const jwt = { RECORD_LOG: 'memory', AUTH: 'jwt', JWT_AUDIENCE: 'feedline', JWT_SECRET_FILE: '/run/secret' };
    const secret = 'x'.repeat(32);
    const keys = parse(jwt, (path) => (path === '/run/secret' ? `${secret}\n` : '')).auth.jwt?.keys;
    expect(keys).toEqual({ kind: 'secret', secret: new TextEncoder().encode(secret) });
    expect(messageOf(jwt)).toContain('JWT_SECRET_FILE should name a file that can be read');
  });

  it('say who kills a pod: the launcher, or the pod itself', () => {
    const demo = { RECORD_LOG: 'memory', DEMO: '1' };
    expect(parseConfig(demo).isKilledBySelf).toBe(false);
    expect(parseConfig({ ...demo, DEMO_KILLED_BY: 'self' }).isKilledBySelf).toBe(true);
    expect(messageOf({ ...demo, DEMO_KILLED_BY: 'me' })).toContain('DEMO_KILLED_BY should be launcher or self');
  });

  it('that are wrong are all named at once, each with what it should be', () => {
    const bad = { KAFKA_BROKERS: 'nowhere', PING_MS: '5s', KAFKA_TOPICS: 'a b', DEMO: 'yes', KAFKA_PARTITIONER: 'md5' };
    const message = messageOf(bad);
    for (const name of Object.keys(bad)) expect(message).toContain(name);
    expect(messageOf({ PING_MS: '5s' })).toContain('KAFKA_BROKERS should name the brokers');
    expect(message).toContain('it is "5s"');
  });

  it('need brokers unless the in-process log is asked for', () => {
    expect(messageOf({})).toContain('KAFKA_BROKERS should name the brokers');
    expect(messageOf({ KAFKA_BROKERS: '' })).toContain('RECORD_LOG=memory');
    expect(parseConfig({ RECORD_LOG: 'memory' }).recordLog).toBe('memory');
  });

  it.each([
    'https://app.example.com/',
    'https://app.example.com/path',
    'HTTPS://app.example.com',
    'https://App.example.com',
    'https://app.example.com:443',
    'http://app.example.com:80',
    'https://*.example.com',
    'https://user@app.example.com',
    'https://bücher.example',
    'app.example.com',
    'file:///x',
    'null',
    '**',
  ])('take no origin that a browser would write in another way, or never send: %s', (origin) => {
    const memory = { RECORD_LOG: 'memory' };
    expect(messageOf({ ...memory, CORS_ORIGINS: `https://a.example,${origin}` })).toContain('CORS_ORIGINS should be');
    const good = ['https://a.example', 'http://[::1]:3000', 'https://xn--bcher-kva.example', '*'];
    expect(parseConfig({ ...memory, CORS_ORIGINS: good.join(', ') }).corsOrigins).toEqual(good);
  });

  it('are checked against each other', () => {
    expect(messageOf({ RECORD_LOG: 'memory', PING_MS: '60000', STREAM_MAX_AGE_MS: '150000' })).toContain('PING_MS');
  });

  it('name proxies by address or network, and say so where they do not', () => {
    const proxies = (text: string) =>
      parseConfig({ RECORD_LOG: 'memory', TRUSTED_PROXIES: text }).limits.trustedProxies;
    const some = proxies('10.0.0.0/8, 192.0.2.1,fd00::/8');
    expect(['10.255.0.1', '192.0.2.1', '192.0.2.2'].map((each) => some.check(each, 'ipv4'))).toEqual([
      true,
      true,
      false,
    ]);
    expect(some.check('fd00::1', 'ipv6')).toBe(true);
    expect(proxies('').check('127.0.0.1', 'ipv4')).toBe(false);
    for (const bad of ['proxy.internal', '10.0.0.0/33', '10.0.0', 'fd00::/129', '10.0.0.0/8;::1', '*']) {
      expect(messageOf({ RECORD_LOG: 'memory', TRUSTED_PROXIES: bad }), bad).toContain(
        'TRUSTED_PROXIES should be a list',
      );
    }
  });

  it('give a partitioner for all topics, or for each', () => {
    const each = parseConfig({ KAFKA_BROKERS: 'a:9092', KAFKA_PARTITIONER: 'orders=crc32,payments=any' }).feeds;
    expect(['orders', 'payments', 'others'].map(each.partitionerOf)).toEqual(['crc32', 'any', 'murmur2']);
    expect(messageOf({ RECORD_LOG: 'memory', KAFKA_PARTITIONER: 'md5' })).toContain(
      'KAFKA_PARTITIONER should be one of',
    );
  });

  it('say for each topic where the ID of a record stands, and look for it everywhere where that is not the key', () => {
    const rules =
      'header:order-id,payments=json:/payment/id, jobs=key,odd = header:a%2Cb=c%25,deep=json:/a~1b/~0=%2C/0';
    const feeds = parseConfig({ KAFKA_BROKERS: 'a:9092', FEED_ID: rules, KAFKA_PARTITIONER: 'crc32' }).feeds;
    expect(feeds.idRuleOf('orders')).toEqual({ in: 'header', name: 'order-id' });
    expect(feeds.idRuleOf('payments')).toEqual({ in: 'json', path: ['payment', 'id'] });
    expect(feeds.idRuleOf('jobs')).toEqual({ in: 'key' });
    expect(feeds.idRuleOf('odd')).toEqual({ in: 'header', name: 'a,b=c%' });
    expect(feeds.idRuleOf('deep')).toEqual({ in: 'json', path: ['a/b', '~=,', '0'] });
    expect(['orders', 'payments', 'jobs'].map(feeds.partitionerOf)).toEqual(['any', 'any', 'crc32']);
    const whole = parseConfig({ RECORD_LOG: 'memory', FEED_ID: 'json:' }).feeds;
    expect(whole.idRuleOf('orders')).toEqual({ in: 'json', path: [] });
    expect(whole.partitionerOf('orders')).toBe('any');
    const none = parseConfig({ RECORD_LOG: 'memory' }).feeds;
    expect([none.idRuleOf('orders'), none.partitionerOf('orders')]).toEqual([{ in: 'key' }, 'murmur2']);
  });

  it('refuse an ID that is nowhere, and a partitioner for one topic whose IDs are not its keys', () => {
    for (const rule of ['keys', 'header:', 'json:id', 'json:/a~2', 'json:/a~', 'header:%', 'orders=', 'key,']) {
      expect(messageOf({ RECORD_LOG: 'memory', FEED_ID: rule }), rule).toContain(
        'FEED_ID should be one of key, header',
      );
    }
    const env = { RECORD_LOG: 'memory', FEED_ID: 'orders=json:/id', KAFKA_PARTITIONER: 'orders=crc32' };
    expect(messageOf(env)).toContain('KAFKA_PARTITIONER should say any for orders');
    expect(messageOf({ ...env, KAFKA_PARTITIONER: 'orders=any' })).toBe('');
  });

  it('leave the control topic of the demo its keys', () => {
    const env = { RECORD_LOG: 'memory', FEED_ID: 'header:order-id', KAFKA_TOPICS: 'orders,feedline-control' };
    expect(parseConfig({ ...env, DEMO: '1' }).feeds.idRuleOf('feedline-control')).toEqual({ in: 'key' });
    expect(parseConfig(env).feeds.idRuleOf('feedline-control')).toEqual({ in: 'header', name: 'order-id' });
  });

  it('serve the control topic in the demo only, and never as the default one', () => {
    const demo = { RECORD_LOG: 'memory', DEMO: '1' };
    expect(parseConfig({ ...demo, KAFKA_TOPICS: 'orders,payments' }).topics).toEqual([
      'orders',
      'payments',
      'feedline-control',
    ]);
    for (const topics of ['orders,feedline-control', 'feedline-control,orders']) {
      expect(parseConfig({ ...demo, KAFKA_TOPICS: topics }).topics).toEqual(['orders', 'feedline-control']);
    }
    expect(messageOf({ ...demo, KAFKA_TOPICS: 'feedline-control' })).toContain(
      'KAFKA_TOPICS should name a topic beside',
    );
    expect(parseConfig({ RECORD_LOG: 'memory' }).topics).toEqual(['orders']);
    const plain = { RECORD_LOG: 'memory', KAFKA_TOPICS: 'feedline-control' };
    expect(parseConfig(plain).topics).toEqual(['feedline-control']);
  });

  it('take of the launcher’s abilities only those that there are, and none outside the demo', () => {
    const memory = { RECORD_LOG: 'memory', DEMO: '1' };
    expect(parseConfig(memory).abilities).toEqual([]);
    expect(parseConfig({ ...memory, DEMO: '0', DEMO_ABILITIES: 'kill-pod' }).abilities).toEqual([]);
    expect(parseConfig({ ...memory, DEMO_ABILITIES: 'kill-broker, kill-pod' }).abilities).toEqual([
      'kill-pod',
      'kill-broker',
    ]);
    expect(messageOf({ ...memory, DEMO_ABILITIES: 'kill-all' })).toContain('DEMO_ABILITIES should be a list of');
  });
});
