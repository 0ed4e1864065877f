import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { FeedList } from '#lib/protocol/events.ts';
import type { Part } from '#scripts/process/part.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { ONE_ADDRESS } from '#scripts/server/one-address.ts';
import { startServer, untilReady } from '#scripts/server/start-server.ts';
import { StreamClient } from './stream-client.ts';

export interface TestServerOptions {
  /** `AUTH` is none unless it says otherwise. */
  readonly env: Readonly<Record<string, string>>;
  /** Default true: waits for `/readyz`. */
  readonly isReadyAwaited?: boolean;
  /** Of every request that brings none of its own, such as a token. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface About {
  readonly port: number;
  readonly logFile: string;
  readonly headers: TestServerOptions['headers'];
}

/** A production server of a test's own. */
export class TestServer {
  readonly baseUrl: string;
  readonly part: Part;
  /** Has all that the server writes. */
  readonly logFile: string;
  readonly #clients: StreamClient[] = [];
  readonly #headers: Record<string, string>;

  private constructor(part: Part, { port, logFile, headers }: About) {
    this.part = part;
    this.logFile = logFile;
    this.#headers = { ...headers };
    this.baseUrl = `http://${LOOPBACK}:${port}`;
  }

  static async start({ env, isReadyAwaited = true, headers }: TestServerOptions): Promise<TestServer> {
    if (!isBuildFresh()) await build(console.log);
    const port = await freePort();
    const logFile = join(ROOT, '.cache', 'test', `server-${port}.log`);
    const part = await startServer({ port, env: { LOG_LEVEL: 'info', ...ONE_ADDRESS, AUTH: 'none', ...env }, logFile });
    const server = new TestServer(part, { port, logFile, headers });
    if (isReadyAwaited) await untilReady(part, server.baseUrl);
    return server;
  }

  get port(): number {
    return Number(new URL(this.baseUrl).port);
  }

  /** A stream by its path; closed with the server at the latest. */
  stream(path: string, headers: Record<string, string> = this.#headers): StreamClient {
    const client = new StreamClient(`${this.baseUrl}${path}`, headers);
    this.#clients.push(client);
    return client;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.baseUrl}${path}`, { headers: this.#headers, ...init });
  }

  publish(id: string, value: unknown): Promise<void> {
    return this.publishText(id, JSON.stringify(value));
  }

  /** As the feed's last event. */
  publishLast(id: string, value: unknown): Promise<void> {
    return this.publishText(id, JSON.stringify(value), '?end=1');
  }

  /** The text as it stands, which must be JSON. */
  async publishText(id: string, body: string, query = ''): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const path = `/api/feeds/${encodeURIComponent(id)}/events${query}`;
    const response = await this.fetch(path, { method: 'POST', headers, body });
    expect(response.status).toBe(201);
  }

  /** Waits until this server has read so many records of an ID: what is stored, it may not have read yet. */
  async untilRead(id: string, records: number): Promise<void> {
    const read = async (): Promise<number> => {
      const { feeds } = (await (await this.fetch(`/api/feeds?prefix=${encodeURIComponent(id)}`)).json()) as FeedList;
      return feeds.find((feed) => feed.id === id)?.records ?? 0;
    };
    await vi.waitFor(async () => expect(await read()).toBe(records), { timeout: 30_000, interval: 10 });
  }

  /** One number from `/metrics`. */
  async metric(name: string): Promise<number> {
    const text = await (await this.fetch('/metrics')).text();
    const line = text
      .split('\n')
      .find((candidate) => candidate.startsWith(`${name}{`) || candidate.startsWith(`${name} `));
    return Number(line?.split(' ').at(-1));
  }

  async untilMetric(name: string, value: number): Promise<void> {
    await vi.waitFor(async () => expect(await this.metric(name)).toBe(value), { timeout: 30_000, interval: 50 });
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.part.stop();
  }
}

/** A feed ID that no other test uses. */
export function newFeedId(): string {
  return `it-${randomUUID()}`;
}
