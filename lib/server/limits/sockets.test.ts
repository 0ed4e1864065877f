import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../config.ts';
import { Sockets } from './sockets.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
/** Sockets beyond the places for streams and polls: see `withSpare`. */
const SPARE = 100;

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

let nowMs = 0;
beforeEach(() => {
  nowMs = 1_000_000;
});

interface Client {
  readonly socket: Socket;
  readonly text: () => string;
}

/** A server whose answers wait until the test gives them. */
async function setUp(env: Record<string, string> = {}) {
  const { limits } = parseConfig({ RECORD_LOG: 'memory', AUTH: 'none', ...env });
  const sockets = new Sockets({ limits, now: () => nowMs });
  undo.push(sockets.start());
  const responses: ServerResponse[] = [];
  const server: Server = createServer((_, response) => responses.push(response)).listen(0, '127.0.0.1');
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (localAddress = '127.0.0.1'): Promise<Client> => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    let text = '';
    socket.on('data', (part) => {
      text += part.toString('latin1');
    });
    // That it was cut is seen by `closed`.
    socket.on('error', () => undefined);
    undo.push(() => socket.destroy());
    await once(socket, 'connect');
    return { socket, text: () => text };
  };
  const openMany = (count: number, localAddress?: string) =>
    Promise.all(Array.from({ length: count }, () => open(localAddress)));
  return { sockets, responses, open, openMany };
}

const closed = ({ socket }: Client): Promise<void> => vi.waitFor(() => expect(socket.destroyed).toBe(true));

describe('sockets', () => {
  it('of one address are bounded, and those of another one are not its', async () => {
    const { sockets, openMany } = await setUp({ CLIENT_CONNECTIONS_MAX: '1' });
    await openMany(SPARE + 1, '127.0.0.5');
    await vi.waitFor(() => expect(sockets.count).toBe(SPARE + 1));
    const [more] = await openMany(1, '127.0.0.5');
    if (more !== undefined) await closed(more);
    await openMany(1, '127.0.0.6');
    await vi.waitFor(() => expect(sockets.count).toBe(SPARE + 2));
    expect(sockets.cuts.get('client-sockets')).toBe(1);
  });

  it('of a trusted proxy are those of many clients, and not bounded as one', async () => {
    const { sockets, openMany } = await setUp({ CLIENT_CONNECTIONS_MAX: '1', TRUSTED_PROXIES: '127.0.0.5' });
    await openMany(SPARE + 10, '127.0.0.5');
    await vi.waitFor(() => expect(sockets.count).toBe(SPARE + 10));
  });

  it('that say nothing leave for others where all places are taken, the longest first; one with a request stays', async () => {
    const { sockets, open, openMany, responses } = await setUp({ CONNECTIONS_MAX: '1' });
    const working = await open();
    working.socket.write(REQUEST);
    await vi.waitFor(() => expect(responses).toHaveLength(1));
    const first = await open();
    await vi.waitFor(() => expect(sockets.count).toBe(2));
    await openMany(SPARE);
    await closed(first);
    expect(sockets.count).toBe(SPARE + 1);
    expect(working.socket.destroyed).toBe(false);
  });

  it('that take too long for headers are cut, the first ones and later ones; what is only kept alive is not', async () => {
    const { sockets, open, responses } = await setUp({ HEADERS_TIMEOUT_MS: '1000' });
    const [slow, slowLater, kept] = [await open(), await open(), await open()];
    slow.socket.write('GET / HTTP/1.1\r\nX-A: ');
    for (const client of [slowLater, kept]) client.socket.write(REQUEST);
    await vi.waitFor(() => expect(responses).toHaveLength(2));
    for (const response of responses) response.end('ok');
    await vi.waitFor(() => expect(kept.text() + slowLater.text()).toMatch(/ok.*ok/s));
    slowLater.socket.write('GET / HT');
    nowMs += 999;
    sockets.sweep();
    expect(sockets.count).toBe(3);
    nowMs += 1;
    sockets.sweep();
    expect(sockets.count).toBe(3);
    sockets.sweep();
    await closed(slow);
    await vi.waitFor(async () => {
      nowMs += 1_000;
      sockets.sweep();
      expect(slowLater.socket.destroyed).toBe(true);
    });
    expect(sockets.cuts.get('slow-headers')).toBe(2);
    expect(kept.socket.destroyed).toBe(false);
  });

  it('whose headers this server itself was too busy to read are not cut for that', async () => {
    const { sockets, open, responses } = await setUp({ HEADERS_TIMEOUT_MS: '1000' });
    const client = await open();
    await vi.waitFor(() => expect(sockets.count).toBe(1));
    client.socket.write(REQUEST);
    // Before the event loop comes to what was sent.
    nowMs += 60_000;
    sockets.sweep();
    await vi.waitFor(() => expect(responses).toHaveLength(1));
    sockets.sweep();
    expect(client.socket.destroyed).toBe(false);
    expect(sockets.cuts.get('slow-headers')).toBe(0);
  });

  it('are cut where they pipeline as nobody does, and let go of all that they had sent', async () => {
    const { sockets, open, responses } = await setUp();
    const few = await open();
    few.socket.write(REQUEST.repeat(16));
    await vi.waitFor(() => expect(responses).toHaveLength(16));
    const flood = await open();
    flood.socket.write(REQUEST.repeat(1_000));
    await closed(flood);
    expect(few.socket.destroyed).toBe(false);
    await vi.waitFor(() => expect(sockets.count).toBe(1));
    expect(sockets.cuts.get('pipelined')).toBeGreaterThan(0);
  });

  it('that send garbage are told so in a problem document, once the server has had a request', async () => {
    const { open, responses, sockets } = await setUp();
    const first = await open();
    first.socket.write(REQUEST);
    await vi.waitFor(() => expect(responses).toHaveLength(1));
    const cases = [
      ['\x16\x03\x01 hello\r\n\r\n', 400, 'request-malformed'],
      [`GET / HTTP/1.1\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ] as const;
    for (const [sent, status, code] of cases) {
      const client = await open();
      client.socket.write(sent);
      await vi.waitFor(() => expect(client.text()).toContain('}'));
      expect(client.text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(client.text()).toContain('Content-Type: application/problem+json');
      expect(client.text()).toContain(`"code":"${code}"`);
      await closed(client);
    }
    expect(sockets.cuts.get('garbage')).toBe(2);
  });

  it('that send garbage behind a request are cut, without a byte of it in the answer that is under way', async () => {
    const { open, responses } = await setUp();
    const client = await open();
    client.socket.write(REQUEST);
    await vi.waitFor(() => expect(responses).toHaveLength(1));
    responses[0]?.write('part');
    await vi.waitFor(() => expect(client.text()).toContain('part'));
    client.socket.write('garbage\r\n\r\n');
    await closed(client);
    expect(client.text()).not.toContain('HTTP/1.1 400');
    expect(client.text()).toMatch(/part\r\n$/);
  });

  it('leave nothing behind, however they end', async () => {
    const { sockets, open, responses } = await setUp();
    for (let round = 0; round < 50; round += 1) {
      const clients = await Promise.all(Array.from({ length: 20 }, () => open()));
      clients.forEach(({ socket }, index) => {
        if (index % 5 === 0) socket.end(REQUEST);
        else if (index % 5 === 1) socket.write(REQUEST.repeat(3), () => socket.destroy());
        else if (index % 5 === 2) socket.write('garbage\r\n\r\n');
        else if (index % 5 === 3) socket.write('GET /', () => socket.resetAndDestroy());
        else socket.write(REQUEST, () => socket.end());
      });
      await vi.waitFor(() => {
        for (const response of responses.splice(0)) response.end();
        expect(sockets.count).toBe(0);
      });
    }
  });
});
