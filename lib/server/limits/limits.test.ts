import { beforeEach, describe, expect, it } from 'vitest';
import { FeedlineError } from '../../protocol/errors.ts';
import { parseConfig } from '../config.ts';
import { type Ask, Limits, type Visit } from './limits.ts';

const CLIENT = '203.0.113.7';

let nowMs = 0;
let random = 0;
beforeEach(() => {
  nowMs = 1_000_000;
  random = 0;
});

function limitsOf(env: Record<string, string>): Limits {
  const { limits } = parseConfig({ RECORD_LOG: 'memory', AUTH: 'none', ...env });
  return new Limits(limits, { now: () => nowMs, random: () => random });
}

class TestVisit implements Visit {
  readonly client: string | undefined;
  readonly #listeners: (() => void)[] = [];

  constructor(client: string | undefined = CLIENT) {
    this.client = client;
  }

  onClose(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

function ask(about: Partial<Ask> = {}): Ask {
  return { client: CLIENT, urlBytes: 10, headerBytes: 100, hasBody: false, isProbe: false, ...about };
}

function refusal(act: () => void): Pick<FeedlineError, 'code' | 'status' | 'retryAfterS'> | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof FeedlineError) return error;
    throw error;
  }
}

describe('the limit of connections', () => {
  it('holds for the pod, whoever they are of, and each one that ends makes room', () => {
    const limits = limitsOf({ CONNECTIONS_MAX: '2' });
    const first = new TestVisit('192.0.2.1');
    limits.enter(first);
    limits.enter(new TestVisit('192.0.2.2'));
    const refused = refusal(() => limits.enter(new TestVisit('192.0.2.3')));
    expect(refused).toMatchObject({ code: 'overloaded', status: 503, retryAfterS: 5 });
    first.close();
    expect(refusal(() => limits.enter(new TestVisit('192.0.2.3')))).toBeUndefined();
    expect(limits.connectionCount).toBe(2);
  });

  it('holds for one client, and leaves the others alone', () => {
    const limits = limitsOf({ CLIENT_CONNECTIONS_MAX: '1' });
    const first = new TestVisit();
    limits.enter(first);
    const refused = refusal(() => limits.enter(new TestVisit()));
    expect(refused).toMatchObject({ code: 'too-many-connections', status: 429, retryAfterS: 5 });
    expect(refusal(() => limits.enter(new TestVisit('192.0.2.1')))).toBeUndefined();
    first.close();
    expect(refusal(() => limits.enter(new TestVisit()))).toBeUndefined();
    expect(limits.refused.get('client-connections')).toBe(1);
  });

  it('holds for one token over all the addresses that it comes from, and a refusal gives its other place back', () => {
    const limits = limitsOf({ TOKEN_CONNECTIONS_MAX: '1' });
    const [first, second] = [new TestVisit('192.0.2.1'), new TestVisit('192.0.2.2')];
    limits.enter(first);
    limits.enterWithToken(first, 'token');
    limits.enter(second);
    const refused = refusal(() => limits.enterWithToken(second, 'token'));
    expect(refused).toMatchObject({ code: 'too-many-connections', status: 429 });
    expect(limits.refused.get('token-connections')).toBe(1);
    second.close();
    expect(limits.connectionCount).toBe(1);
    first.close();
    expect(refusal(() => limits.enterWithToken(new TestVisit(), 'token'))).toBeUndefined();
  });

  it('remembers nobody who holds nothing', () => {
    const limits = limitsOf({});
    const visits = Array.from({ length: 1_000 }, (_, index) => new TestVisit(`192.0.2.${index % 250}`));
    for (const visit of visits) limits.enter(visit);
    expect(limits).toMatchObject({ connectionCount: 1_000, clientCount: 250 });
    for (const visit of visits) visit.close();
    expect(limits).toMatchObject({ connectionCount: 0, clientCount: 0 });
  });

  it('sends those who are refused together back at different times', () => {
    const limits = limitsOf({ CONNECTIONS_MAX: '1' });
    limits.enter(new TestVisit());
    random = 0.95;
    expect(refusal(() => limits.enter(new TestVisit()))?.retryAfterS).toBe(15);
  });

  it('is no guess: without an address it refuses, unless no client is limited', () => {
    const limits = limitsOf({});
    for (const visit of [undefined, { ...new TestVisit(), client: undefined, onClose: () => undefined }]) {
      expect(refusal(() => limits.enter(visit))).toMatchObject({ code: 'client-unknown', status: 503 });
    }
    expect(refusal(() => limits.admit(ask({ client: undefined })))?.code).toBe('client-unknown');
    const none = limitsOf({ CLIENT_CONNECTIONS_MAX: '0', CLIENT_REQUESTS_PER_S: '0' });
    const unknown: Visit = { client: undefined, onClose: () => undefined };
    expect(refusal(() => none.enter(unknown))).toBeUndefined();
    expect(refusal(() => none.admit(ask({ client: undefined })))).toBeUndefined();
  });
});

describe('the limit of requests', () => {
  const env = { CLIENT_REQUESTS_PER_S: '2', CLIENT_REQUESTS_BURST: '3' };

  it('lets a burst through and then so many a second, of each client by itself', () => {
    const limits = limitsOf(env);
    for (let count = 0; count < 3; count += 1) expect(refusal(() => limits.admit(ask()))).toBeUndefined();
    const refused = refusal(() => limits.admit(ask()));
    expect(refused).toMatchObject({ code: 'too-many-requests', status: 429, retryAfterS: 1 });
    expect(refusal(() => limits.admit(ask({ client: '192.0.2.1' })))).toBeUndefined();
    nowMs += 499;
    expect(refusal(() => limits.admit(ask()))?.code).toBe('too-many-requests');
    nowMs += 1;
    expect(refusal(() => limits.admit(ask()))).toBeUndefined();
    expect(refusal(() => limits.admit(ask()))?.code).toBe('too-many-requests');
    nowMs += 3_600_000;
    for (let count = 0; count < 3; count += 1) expect(refusal(() => limits.admit(ask()))).toBeUndefined();
    expect(refusal(() => limits.admit(ask()))?.code).toBe('too-many-requests');
  });

  it('leaves probes alone: a pod that refuses them would be taken out of service', () => {
    const limits = limitsOf(env);
    for (let count = 0; count < 10; count += 1) limits.admit(ask({ isProbe: true }));
    expect(limits.clientCount).toBe(0);
  });

  it('forgets clients once they are as good as new, and never remembers more than it may', () => {
    const limits = limitsOf(env);
    for (let index = 0; index < 60_000; index += 1) limits.admit(ask({ client: `client-${index}` }));
    expect(limits.clientCount).toBe(50_000);
    nowMs += 1_499;
    limits.sweep();
    expect(limits.clientCount).toBe(50_000);
    nowMs += 1;
    limits.sweep();
    expect(limits.clientCount).toBe(0);
  });

  it('is off with 0', () => {
    const limits = limitsOf({ CLIENT_REQUESTS_PER_S: '0', CLIENT_REQUESTS_BURST: '1' });
    for (let count = 0; count < 10; count += 1) limits.admit(ask());
    limits.sweep();
    expect(limits.clientCount).toBe(0);
  });
});

describe('the limits of size', () => {
  it('name what is too large, at no cost to the rate of the client', () => {
    const limits = limitsOf({ URL_BYTES_MAX: '300', HEADER_BYTES_MAX: '2000', CLIENT_REQUESTS_BURST: '1' });
    expect(refusal(() => limits.admit(ask({ urlBytes: 301 })))).toMatchObject({ code: 'url-too-long', status: 414 });
    expect(refusal(() => limits.admit(ask({ headerBytes: 2_001 })))).toMatchObject({
      code: 'headers-too-large',
      status: 431,
    });
    expect(refusal(() => limits.admit(ask({ hasBody: true })))).toMatchObject({ code: 'body-invalid', status: 400 });
    expect(refusal(() => limits.admit(ask({ urlBytes: 300, headerBytes: 2_000 })))).toBeUndefined();
  });
});
