import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { PostLane } from './post-lane.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

/** A lane to a server that is told all that it was sent, at each part of it. */
async function laneTo(answer: (socket: Socket, text: string) => void): Promise<{ lane: PostLane; url: string }> {
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.setEncoding('latin1').on('data', (part) => {
      text += part;
      answer(socket, text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/publish/a`;
  const lane = new PostLane(new URL(url));
  undo.push(
    () => server.close(),
    () => lane.close(),
  );
  return { lane, url };
}

const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n';
const ANSWERS = [
  NO_CONTENT,
  'HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
];

describe('a lane of POSTs', () => {
  it('sends in order without waiting for answers, and takes each answer for its own request, however it is cut', async () => {
    let order: readonly string[] | null = null;
    const { lane, url } = await laneTo((socket, text) => {
      if (!text.endsWith('three')) return;
      order = text.match(/one|two|three/g);
      for (const byte of ANSWERS.join('')) socket.write(byte);
    });
    await Promise.all(['one', 'two', 'three'].map((content) => lane.post(url, {}, content)));
    expect(order).toEqual(['one', 'two', 'three']);
  });

  it('tells of the request that was refused, and goes on', async () => {
    const { lane, url } = await laneTo((socket, text) => {
      if (text.endsWith('two')) socket.write(`HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n${NO_CONTENT}`);
    });
    const outcomes = await Promise.allSettled([lane.post(url, {}, 'one'), lane.post(url, {}, 'two')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('lets no request wait for an answer that cannot come any more', async () => {
    const { lane, url } = await laneTo((socket) => socket.destroy());
    await expect(lane.post(url, {}, 'one')).rejects.toThrow();
    await expect(lane.post(url, {}, 'two')).rejects.toThrow();
  });
});
