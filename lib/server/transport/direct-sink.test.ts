import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deferred } from '../deferred.ts';
import { Baggage } from './baggage.ts';
import { DirectSink } from './direct-sink.ts';

/** As a server sends the body of a `Response`. */
function send(body: ReadableStream<Uint8Array>, response: ServerResponse): void {
  const destination = new WritableStream<Uint8Array>({
    write: (bytes) => void response.write(bytes),
    close: () => void response.end(),
    abort: () => void response.destroy(),
  });
  body.pipeTo(destination).catch(() => undefined);
}

function write(sink: DirectSink, text: string): void {
  sink.write(Buffer.from(text));
}

describe('a direct sink', () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const onCancel = vi.fn();

  beforeEach(async () => {
    server = createServer((_request, response) => answer(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });

  const ask = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent }, resolve).on('error', reject);
    });

  it('gives what was written before it had the socket, then what was written after, and nothing twice', async () => {
    const kinds: string[] = [];
    answer = (response) => {
      const sink = new DirectSink({
        response,
        onCancel,
        onTakenOver: () => {
          kinds.push(sink.kind);
          write(sink, 'three ');
          write(sink, 'four');
          sink.end();
        },
      });
      write(sink, 'one ');
      kinds.push(sink.kind);
      send(sink.stream, response);
      write(sink, 'two ');
    };
    expect(await textOf(await ask())).toBe('one two three four');
    expect(kinds).toEqual(['web', 'direct']);
  });

  it('ends rightly where it is ended before it has the socket, and the connection goes on', async () => {
    answer = (response) => {
      const sink = new DirectSink({ response, onCancel });
      write(sink, 'all');
      send(sink.stream, response);
      sink.end();
    };
    expect(await textOf(await ask())).toBe('all');
    expect(await textOf(await ask())).toBe('all');
  });

  it('leaves nothing on a socket that goes on to the next answer', async () => {
    const counts: number[] = [];
    answer = (response) => {
      const socket = response.socket as Socket;
      counts.push(socket.listenerCount('drain'));
      const sink = new DirectSink({ response, onCancel, onTakenOver: () => sink.end() });
      write(sink, 'x');
      send(sink.stream, response);
    };
    for (let index = 0; index < 3; index += 1) await textOf(await ask());
    expect(new Set(counts).size).toBe(1);
  });

  it.each(['before', 'after'])(
    'that fails %s it has the socket does not look like an end to its client',
    async (when) => {
      answer = (response) => {
        const fail = (): void => sink.fail(new Error('cut'));
        const sink = new DirectSink({ response, onCancel, onTakenOver: when === 'after' ? fail : () => undefined });
        write(sink, 'some');
        send(sink.stream, response);
        if (when === 'before') setImmediate(fail);
      };
      await expect(ask().then(textOf)).rejects.toThrow();
    },
  );

  it('holds no more than a little for a client that does not read, and goes on where it left off', async () => {
    const part = Buffer.alloc(60_000, 'x');
    const parts = 400;
    let written = 0;
    let held = 0;
    let socket: Socket | undefined;
    answer = (response) => {
      socket = response.socket as Socket;
      const sink = new DirectSink({ response, onCancel });
      const pump = (): void => {
        for (; sink.hasRoom && written < parts; written += 1) {
          sink.write(part);
          held = Math.max(held, socket?.writableLength ?? 0);
        }
        if (written === parts) sink.end();
      };
      sink.onRoom = pump;
      pump();
      expect(written).toBeLessThan(parts);
      send(sink.stream, response);
    };
    const incoming = await ask();
    incoming.pause();
    await vi.waitFor(() => expect(socket?.writableLength).toBeGreaterThan(0));
    expect(written).toBeLessThan(parts);
    let bytes = 0;
    for await (const chunk of incoming) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(parts * part.length);
    expect(held).toBeLessThan(4 * part.length);
  });

  it('writes nothing behind the end of a response that somebody else has ended', async () => {
    const strayBytes: number[] = [];
    answer = (response) => {
      const sink = new DirectSink({
        response,
        onCancel,
        onTakenOver: () => {
          const before = sink.bytes;
          response.end();
          write(sink, 'stray');
          strayBytes.push(sink.bytes - before);
        },
      });
      write(sink, 'all');
      send(sink.stream, response);
    };
    expect(await textOf(await ask())).toBe('all');
    expect(strayBytes).toEqual([0]);
  });

  it('costs a client that has closed its own side nothing of what is on its way', async () => {
    const part = Buffer.alloc(60_000, 'x');
    const opened = deferred<DirectSink>();
    const hasClosed = deferred<void>();
    answer = (response) => {
      response.socket?.on('end', hasClosed.resolve);
      const sink = new DirectSink({ response, onCancel, onTakenOver: () => opened.resolve(sink) });
      write(sink, 'begin');
      send(sink.stream, response);
    };
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const sink = await opened.promise;
    while (sink.hasRoom) sink.write(part);
    const { bytes } = sink;
    client.end();
    await hasClosed.promise;
    sink.write(part);
    expect(sink.bytes).toBe(bytes);
    let received = 0;
    for await (const chunk of client) received += (chunk as Buffer).length;
    expect(received).toBeGreaterThan(bytes);
  });

  it('stays a web stream where something else has encoded the body', async () => {
    answer = (response) => {
      response.setHeader('content-encoding', 'identity');
      const sink = new DirectSink({ response, onCancel });
      write(sink, 'kept');
      send(sink.stream, response);
      setImmediate(() => {
        write(sink, ` ${sink.kind}`);
        sink.end();
      });
    };
    expect(await textOf(await ask())).toBe('kept web');
  });

  it('needs nothing that the server has hung on the request, and Node nothing either', async () => {
    const hung = Symbol('hung');
    let request: IncomingMessage | undefined;
    const heard: string[] = [];
    answer = (response) => {
      request = response.req;
      response.on('close', () => heard.push('ours'));
      const baggage = new Baggage(response.req, response);
      response.on('close', () => heard.push('the server’s'));
      response.end = () => {
        throw new Error('The server’s own end is still there.');
      };
      Reflect.set(response.req, hung, { everything: true });
      const sink = new DirectSink({
        response,
        onCancel,
        onTakenOver: () => {
          baggage.drop();
          sink.end();
        },
      });
      write(sink, 'x');
      send(sink.stream, response);
    };
    expect(await textOf(await ask())).toBe('x');
    await vi.waitFor(() => expect(heard).toEqual(['ours']));
    expect(Reflect.get(request ?? {}, hung)).toBeUndefined();
    // The connection is Node's to reuse.
    expect(await textOf(await ask())).toBe('x');
  });
});
