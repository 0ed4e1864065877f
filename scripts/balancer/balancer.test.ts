import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  request,
  type Server,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Balancer, type BalancerOptions, startBalancer } from '#scripts/balancer/balancer.ts';
import { freePort, isAccepting, LOOPBACK } from '#scripts/process/ports.ts';

const WAIT = { timeout: 20_000, interval: 10 };

/** A pod that a test plays itself. */
interface TestPod {
  readonly origin: string;
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
  /** The requests it has got, with their bodies. */
  readonly got: { readonly request: IncomingMessage; readonly body: string }[];
  /** As a SIGKILL leaves it: every connection is gone, and its port refuses. */
  readonly die: () => Promise<void>;
}

const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startPod(answer: RequestListener = (_, response) => void response.end('yes'), port = 0) {
  const sockets = new Set<Socket>();
  const got: TestPod['got'] = [];
  const server = createServer(async (incoming, response) => {
    const isBodyAwaited = incoming.method === 'POST';
    const chunks = isBodyAwaited ? await incoming.toArray() : [];
    got.push({ request: incoming, body: Buffer.concat(chunks).toString() });
    answer(incoming, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const die = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  endings.push(die);
  const origin = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  return { origin, server, sockets, got, die } satisfies TestPod;
}

async function startInFront(pods: readonly string[], limits: Omit<BalancerOptions, 'pods'> = {}): Promise<Balancer> {
  const balancer = await startBalancer({ ...limits, pods: () => pods });
  endings.push(balancer.stop);
  return balancer;
}

const refusing = async (): Promise<string> => `http://${LOOPBACK}:${await freePort()}`;

interface AnswerOptions extends RequestOptions {
  readonly body?: string;
}

/** An answer as it arrives, on a socket of its own unless an agent is given. */
class Answer {
  text = '';
  bytes = 0;
  readonly hash = createHash('sha256');
  isEnded = false;
  error: NodeJS.ErrnoException | undefined;
  readonly message: IncomingMessage;

  private constructor(message: IncomingMessage) {
    this.message = message;
    message.on('error', (error) => {
      this.error = error;
    });
    message.on('end', () => {
      this.isEnded = true;
    });
  }

  static async of(url: string, { body = '', agent = false, ...options }: AnswerOptions = {}): Promise<Answer> {
    const outgoing = request(url, { agent, ...options });
    outgoing.end(body);
    const [message] = (await once(outgoing, 'response')) as [IncomingMessage];
    return new Answer(message);
  }

  read(): this {
    this.message.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      this.hash.update(chunk);
      if (this.bytes < 100_000) this.text += chunk.toString();
    });
    return this;
  }

  async whole(): Promise<this> {
    this.read();
    await vi.waitFor(() => expect(this.isEnded).toBe(true), WAIT);
    return this;
  }

  async untilText(text: string): Promise<void> {
    await vi.waitFor(() => expect(this.text).toBe(text), WAIT);
  }

  async untilBroken(): Promise<void> {
    await vi.waitFor(() => expect(this.error?.code).toBe('ECONNRESET'), WAIT);
    expect(this.isEnded).toBe(false);
  }
}

const textOf = async (url: string, options: AnswerOptions = {}): Promise<string> =>
  (await (await Answer.of(url, options)).whole()).text;

/** An answer that pings for as long as its connection lives. */
const pinging: RequestListener = (_, response) => {
  const timer = setInterval(() => response.write('ping\n'), 50);
  response.once('close', () => clearInterval(timer));
  response.write('ping\n');
};

const pingsOf = ({ text }: Answer): number => text.split('\n').length - 1;

describe('the balancer', { timeout: 30_000 }, () => {
  test('gives each request to the next pod, also those of one connection', async () => {
    const a = await startPod((_, response) => void response.end('a'));
    const b = await startPod((_, response) => void response.end('b'));
    const { url } = await startInFront([a.origin, b.origin]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const texts = [];
    for (let count = 0; count < 4; count += 1) texts.push(await textOf(url, { agent }));
    expect(texts).toEqual(['a', 'b', 'a', 'b']);
    agent.destroy();
  });

  test('asks which pods there are at each request', async () => {
    const a = await startPod((_, response) => void response.end('a'));
    const b = await startPod((_, response) => void response.end('b'));
    let pods = [a.origin];
    const balancer = await startBalancer({ pods: () => pods });
    endings.push(balancer.stop);
    expect(await textOf(balancer.url)).toBe('a');
    pods = [b.origin];
    expect(await textOf(balancer.url)).toBe('b');
  });

  test('passes the headers before there is a body, and each chunk before there is another', async () => {
    let write: (chunk: string) => void = () => undefined;
    const pod = await startPod((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      write = (chunk) => void response.write(chunk);
    });
    const { url } = await startInFront([pod.origin]);
    const answer = await Answer.of(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.message.headers['content-type']).toBe('text/event-stream');
    expect(answer.message.headers['content-encoding']).toBeUndefined();
    answer.read();
    for (const text of ['one', 'one two', 'one two three']) {
      write(text.slice(answer.text.length));
      await answer.untilText(text);
    }
  });

  test('leaves Host as it is, and adds the client’s address to those before it', async () => {
    const pod = await startPod();
    const { url } = await startInFront([pod.origin]);
    await textOf(url, { headers: { host: 'feeds.test:8080' } });
    await textOf(url, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(pod.got[0]?.request.headers).toMatchObject({ host: 'feeds.test:8080', 'x-forwarded-for': LOOPBACK });
    expect(pod.got[1]?.request.headers).toMatchObject({
      host: new URL(url).host,
      'x-forwarded-for': `203.0.113.7, ${LOOPBACK}`,
    });
  });

  test('answers HEAD with the headers alone, and nothing stays open', async () => {
    const pod = await startPod((_, response) => void response.writeHead(200, { 'x-name': 'value' }).end());
    const balancer = await startInFront([pod.origin]);
    const answer = await (await Answer.of(balancer.url, { method: 'HEAD' })).whole();
    expect([answer.message.statusCode, answer.message.headers['x-name'], answer.text]).toEqual([200, 'value', '']);
    expect(pod.got[0]?.request.method).toBe('HEAD');
    await vi.waitFor(() => expect(balancer.openCount).toBe(0), WAIT);
  });

  test('uses a connection to a pod again', async () => {
    let connections = 0;
    const pod = await startPod();
    pod.server.on('connection', () => {
      connections += 1;
    });
    const { url } = await startInFront([pod.origin]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; count < 3; count += 1) await textOf(url, { agent });
    expect(connections).toBe(1);
    agent.destroy();
  });
});

describe('a client that leaves', { timeout: 30_000 }, () => {
  test('ends its request at the pod', async () => {
    let isPodFree = false;
    const pod = await startPod((_, response) => {
      response.write('data');
      response.once('close', () => {
        isPodFree = true;
      });
    });
    const balancer = await startInFront([pod.origin]);
    const answer = (await Answer.of(balancer.url)).read();
    await answer.untilText('data');
    expect([balancer.openCount, isPodFree]).toEqual([1, false]);
    answer.message.destroy();
    await vi.waitFor(() => expect(isPodFree).toBe(true), WAIT);
    expect(balancer.openCount).toBe(0);
  });

  test('before its answer has begun ends its request too, and no other pod gets it', async () => {
    let isPodFree = false;
    const silent = await startPod((_, response) => {
      response.once('close', () => {
        isPodFree = true;
      });
    });
    const other = await startPod();
    const balancer = await startInFront([silent.origin, other.origin]);
    const outgoing = request(balancer.url, { agent: false }).on('error', () => undefined);
    outgoing.end();
    await vi.waitFor(() => expect(silent.got).toHaveLength(1), WAIT);
    outgoing.destroy();
    await vi.waitFor(() => expect(isPodFree).toBe(true), WAIT);
    await vi.waitFor(() => expect(balancer.openCount).toBe(0), WAIT);
    expect(other.got).toEqual([]);
  });

  test('for a while makes the pod wait, and gets every byte afterwards', async () => {
    const block = randomBytes(1_048_576);
    const blocks = 64;
    const sent = createHash('sha256');
    let written = 0;
    const pod = await startPod(async ({ url }, response) => {
      if (url !== '/big') return void response.end('yes');
      while (written < blocks) {
        sent.update(block);
        written += 1;
        if (!response.write(block)) await once(response, 'drain');
      }
      response.end();
    });
    const { url } = await startInFront([pod.origin]);
    const answer = await Answer.of(`${url}/big`);
    // The pod stands still when it writes nothing for as long as many other requests take.
    let writtenBefore = -1;
    while (written !== writtenBefore) {
      writtenBefore = written;
      for (let count = 0; count < 50; count += 1) expect(await textOf(url)).toBe('yes');
    }
    // What the kernel's buffers of two connections hold is a few MB.
    expect(written).toBeLessThan(blocks / 2);
    await answer.whole();
    expect(answer.bytes).toBe(blocks * block.length);
    expect(answer.hash.digest('hex')).toBe(sent.digest('hex'));
  });
});

describe('a pod that is gone', { timeout: 30_000 }, () => {
  test('in the middle of an answer is an error to the client, never an end', async () => {
    const pod = await startPod((_, response) => void response.write('half'));
    const balancer = await startInFront([pod.origin]);
    const answer = (await Answer.of(balancer.url)).read();
    await answer.untilText('half');
    await pod.die();
    await answer.untilBroken();
    expect(balancer.openCount).toBe(0);
  });

  test('is passed over, and comes back with its port', async () => {
    const a = await startPod((_, response) => void response.end('a'));
    const b = await startPod((_, response) => void response.end('b'));
    const { url } = await startInFront([a.origin, b.origin]);
    await a.die();
    for (let count = 0; count < 6; count += 1) expect(await textOf(url)).toBe('b');
    await startPod((_, response) => void response.end('a again'), Number(new URL(a.origin).port));
    await vi.waitFor(async () => expect(await textOf(url)).toBe('a again'), WAIT);
  });

  test('costs a POST nothing: its whole body reaches another pod, once', async () => {
    const pod = await startPod();
    const { url } = await startInFront([await refusing(), await refusing(), pod.origin]);
    const body = 'x'.repeat(500_000);
    expect(await textOf(url, { method: 'POST', body })).toBe('yes');
    expect(pod.got.map((got) => got.body === body)).toEqual([true]);
  });

  test('before it has answered costs a GET nothing', async () => {
    const broken = await startPod((incoming) => incoming.socket.destroy());
    const whole = await startPod();
    const { url } = await startInFront([broken.origin, whole.origin]);
    expect(await textOf(url)).toBe('yes');
    expect([broken.got.length, whole.got.length]).toEqual([1, 1]);
  });

  test('before it has answered a POST may have acted on it: 502, and no other pod gets it', async () => {
    const broken = await startPod((incoming) => incoming.socket.destroy());
    const whole = await startPod();
    const { url } = await startInFront([broken.origin, whole.origin]);
    const { message, text } = await (await Answer.of(url, { method: 'POST', body: '{}' })).whole();
    expect(message.statusCode).toBe(502);
    expect(message.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '1' });
    expect(JSON.parse(text)).toMatchObject({ status: 502, code: 'pod-lost' });
    expect(broken.got.map(({ body }) => body)).toEqual(['{}']);
    expect(whole.got).toEqual([]);
  });

  test('and no other one left is a 503 that may be repeated after a second, and is never stored', async () => {
    const { url } = await startInFront([await refusing(), await refusing()]);
    for (const method of ['GET', 'POST']) {
      const { message, text } = await (await Answer.of(url, { method, body: method === 'POST' ? '{}' : '' })).whole();
      expect(message.statusCode).toBe(503);
      expect(message.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'retry-after': '1',
        'cache-control': 'no-store',
      });
      expect(JSON.parse(text)).toMatchObject({ status: 503, title: 'no pod', code: 'no-pod' });
    }
  });
});

describe('the cuts', { timeout: 30_000 }, () => {
  test('an idle connection is cut without an end, whether its answer has begun or not; pings keep one', async () => {
    const pod = await startPod((incoming, response) => {
      if (incoming.url === '/pings') pinging(incoming, response);
      else if (incoming.url === '/quiet') response.write('quiet');
    });
    const balancer = await startInFront([pod.origin], { idleCutMs: 1000 });
    const pings = (await Answer.of(`${balancer.url}/pings`)).read();
    const quiet = (await Answer.of(`${balancer.url}/quiet`)).read();
    await expect(Answer.of(`${balancer.url}/silent`)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await quiet.untilBroken();
    expect(quiet.text).toBe('quiet');
    const pingsThen = pingsOf(pings);
    // Longer than the limit, were it counted from the beginning.
    await vi.waitFor(() => expect(pingsOf(pings)).toBeGreaterThan(pingsThen + 20), WAIT);
    expect(pings.error).toBeUndefined();
    expect(balancer.cuts).toEqual({ idle: 2, age: 0 });
    expect(balancer.openCount).toBe(1);
  });

  test('an old connection is cut without an end, pings or not; one that the pod ends before is not', async () => {
    const pod = await startPod((incoming, response) => {
      pinging(incoming, response);
      if (incoming.url === '/rotated') response.end('rotate');
    });
    const balancer = await startInFront([pod.origin], { ageCutMs: 500 });
    const rotated = await (await Answer.of(`${balancer.url}/rotated`)).whole();
    const old = (await Answer.of(balancer.url)).read();
    await old.untilBroken();
    expect(pingsOf(old)).toBeGreaterThan(1);
    expect([rotated.error, rotated.text]).toEqual([undefined, 'ping\nrotate']);
    expect(balancer.cuts).toEqual({ idle: 0, age: 1 });
    expect(balancer.openCount).toBe(0);
  });

  test('a cut ends the request at the pod', async () => {
    let isPodFree = false;
    const pod = await startPod((_, response) => {
      response.write('data');
      response.once('close', () => {
        isPodFree = true;
      });
    });
    const { url } = await startInFront([pod.origin], { idleCutMs: 100 });
    await (await Answer.of(url)).read().untilBroken();
    await vi.waitFor(() => expect(isPodFree).toBe(true), WAIT);
  });
});

describe('stopping the balancer', { timeout: 30_000 }, () => {
  test('ends every connection on both sides and leaves its port free', async () => {
    const pod = await startPod(pinging);
    const balancer = await startInFront([pod.origin], { idleCutMs: 60_000, ageCutMs: 60_000 });
    const agent = new Agent({ keepAlive: true });
    const answers = await Promise.all([1, 2, 3].map(() => Answer.of(balancer.url, { agent })));
    for (const answer of answers) answer.read();
    expect(balancer.openCount).toBe(3);
    await balancer.stop();
    await balancer.stop();
    for (const answer of answers) await answer.untilBroken();
    await vi.waitFor(() => expect(pod.sockets.size).toBe(0), WAIT);
    expect(balancer.openCount).toBe(0);
    expect(await isAccepting(balancer.port)).toBe(false);
    agent.destroy();
  });

  test('says when its port is taken', async () => {
    const { port } = await startInFront([]);
    await expect(startBalancer({ port, pods: () => [] })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
