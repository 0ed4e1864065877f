import { expect, it } from 'vitest';
import { refuseCrossSite } from './json-request.ts';

function post(host: string, more: Record<string, string> = {}): Request {
  const headers = { host, 'content-type': 'application/json', ...more };
  return new Request('http://pod/', { method: 'POST', headers });
}

const isTaken = (request: Request, hosts: readonly string[] = []): boolean => {
  try {
    refuseCrossSite(request, hosts);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'cross-site', status: 403 });
    return false;
  }
};

it.each(['localhost', 'localhost:3000', '127.0.0.1:3000', '10.1.2.3:3000', '[::1]:3000', 'demo.localhost'])(
  'an order that comes by "%s" is taken',
  (host) => {
    expect(isTaken(post(host))).toBe(true);
    expect(isTaken(post(host, { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }))).toBe(true);
    expect(isTaken(post(host, { origin: 'http://evil.example' }))).toBe(false);
  },
);

// The browser takes it for one origin: the page, and the server that the name leads to since.
it.each([
  'evil.example',
  'evil.example:3000',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evil.example#localhost',
  'localhost@evil.example',
  'evil.example@localhost',
  'localhost/evil',
  'xlocalhost',
  '127.1',
  '',
  ' ',
])('an order that comes by the name "%s" is refused, also where it says that it is of this origin', (host) => {
  expect(isTaken(post(host, { 'sec-fetch-site': 'same-origin' }))).toBe(false);
  if (host.trim() !== '') expect(isTaken(post(host, { origin: `http://${host}` }))).toBe(false);
});

it('an order by a name in other letters, or with the port of its scheme, is taken', () => {
  for (const host of ['LocalHost:3000', 'localhost:80']) expect(isTaken(post(host))).toBe(true);
});

it('names that are set are ours, and none that they end with, or end', () => {
  expect(isTaken(post('demo.test:3000'), ['demo.test'])).toBe(true);
  for (const host of ['a.demo.test', 'demo.test.evil.example', 'test'])
    expect(isTaken(post(host), ['demo.test'])).toBe(false);
});
