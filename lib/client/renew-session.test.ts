import { expect, it } from 'vitest';
import { askRenewing, createRenewal, SessionOverError } from './renew-session.ts';

const READY = { status: 'ready', ready: true, reason: '', pod: 'a', recordLog: 'kafka', topics: [], demo: false };

/** A server that tells where to renew, and an application that answers there. */
function setUp(renewUrl: string | null, answer: () => Response = () => new Response(null, { status: 204 })) {
  const posts: string[] = [];
  let nowMs = 0;
  const renew = createRenewal({
    now: () => nowMs,
    fetch: async (url, init) => {
      if (init?.method !== 'POST') return Response.json({ ...READY, renewUrl });
      posts.push(String(url));
      return answer();
    },
  });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { renew, posts, pass };
}

it('a token is renewed once for all who ask together, and again for who asks later', async () => {
  const { renew, posts, pass } = setUp('/session/renew');
  await Promise.all([renew(), renew(), renew()]);
  await renew();
  expect(posts).toEqual(['/session/renew']);
  pass(1_000);
  await renew();
  expect(posts).toHaveLength(2);
});

it('a session is over where the application says so, or renews nowhere; else it may be tried again', async () => {
  for (const status of [401, 403, 404]) {
    await expect(setUp('/r', () => new Response(null, { status })).renew()).rejects.toBeInstanceOf(SessionOverError);
  }
  await expect(setUp(null).renew()).rejects.toBeInstanceOf(SessionOverError);
  const later = setUp('/r', () => new Response(null, { status: 502 }));
  await expect(later.renew()).rejects.not.toBeInstanceOf(SessionOverError);
  // Not every source by itself: the application may be in trouble.
  await expect(later.renew()).rejects.toThrow('502');
  expect(later.posts).toHaveLength(1);
});

it('who is not known is asked once more with a new token, and as it was where there is none', async () => {
  const statuses: number[] = [];
  const ask = (all: number[]) => async (): Promise<Response> => {
    const status = all.shift() ?? 500;
    statuses.push(status);
    return new Response(null, { status });
  };
  const renew = async (): Promise<void> => undefined;
  expect((await askRenewing(ask([401, 204]), renew)).status).toBe(204);
  expect((await askRenewing(ask([401, 401]), renew)).status).toBe(401);
  expect((await askRenewing(ask([401]), () => Promise.reject(new Error('no')))).status).toBe(401);
  expect((await askRenewing(ask([401]), undefined)).status).toBe(401);
  expect((await askRenewing(ask([403]), renew)).status).toBe(403);
  expect(statuses).toEqual([401, 204, 401, 401, 401, 401, 403]);
});
