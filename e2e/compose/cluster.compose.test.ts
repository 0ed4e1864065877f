/** The cluster of docker-compose.yml, through its proxy: `npm run test:compose`. */
import { type Browser, chromium, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { LANE_NAMES } from '#lib/client/lanes.ts';
import { CONTROL_TOPIC, type FaultOutcome, PODS_FEED } from '#lib/protocol/control.ts';
import { parseFaultOutcome } from '#lib/protocol/control-parse.ts';
import type { HelloData } from '#lib/protocol/events.ts';
import { RACE_FEEDS } from '#lib/protocol/race-feeds.ts';
import { dockerObstacle } from '#scripts/process/docker.ts';
import { findChromium } from '#scripts/testing/chromium.ts';
import { describeUnless } from '#scripts/testing/test-broker.ts';
import { shown } from '../browser/race-page.ts';
import { StreamClient } from '../server/stream-client.ts';
import { newFeedId } from '../server/test-server.ts';
import { Cluster } from './cluster.ts';
import { SecureClient } from './secure-client.ts';
import { nothingIsLostWhile } from './under-load.ts';

const DOWN_MAX_MS = 15_000;
const SCALED_MAX_MS = 20_000;
const OVER_BASE_MAX_BYTES = 80_000_000;
const WAIT = { timeout: 60_000, interval: 50 };

const log = (line: string) => console.log(`compose: ${line}`);

async function secondsOf<T>(what: string, work: Promise<T>): Promise<{ value: T; tookMs: number }> {
  const startedAtMs = Date.now();
  const value = await work;
  const tookMs = Date.now() - startedAtMs;
  log(`${what}: ${(tookMs / 1000).toFixed(1)} s`);
  return { value, tookMs };
}

describeUnless(await dockerObstacle(), 'docker compose up', () => {
  let cluster: Cluster;
  let browser: Browser;
  let page: Page;
  let said: string;
  const clients: { close(): void }[] = [];

  beforeAll(async () => {
    cluster = (await secondsOf('the images', Cluster.build())).value;
    said = (await secondsOf('up', cluster.up())).value;
    const executablePath = findChromium();
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ args, ...(executablePath !== undefined && { executablePath }) });
    page = await browser.newPage({ ignoreHTTPSErrors: true });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    // It holds no connection while the next test counts.
    await page.goto('about:blank');
  });

  afterAll(async () => {
    await browser?.close();
    await cluster?.remove();
  });

  const stream = (path: string): StreamClient => {
    const client = new StreamClient(`${cluster.url}${path}`);
    clients.push(client);
    return client;
  };
  const secure = (): SecureClient => {
    const client = new SecureClient(cluster.secureUrl);
    clients.push(client);
    return client;
  };
  const helloOf = (client: StreamClient): HelloData => JSON.parse(client.named('hello')[0]?.data ?? '{}') as HelloData;
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${cluster.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const podNames = async (): Promise<string[]> =>
    (await cluster.containers('app')).map(({ hostname }) => hostname).toSorted();

  it('ends in a line that says where the page is, when all that runs is healthy', async () => {
    expect(said).toContain(`Feedline is up: ${cluster.url} (over HTTP/2: ${cluster.secureUrl})`);
    for (const service of ['kafka', 'app', 'proxy']) {
      const count = service === 'app' ? 2 : 1;
      expect(
        (await cluster.containers(service)).filter(({ isHealthy }) => isHealthy),
        service,
      ).toHaveLength(count);
    }
    await expect.poll(() => cluster.containers('ready'), WAIT).toEqual([]);
  });

  it('serves the page and its streams over HTTP/1.1, each connection by the next pod', async () => {
    const response = await fetch(cluster.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<title>');
    const pods = new Set<string>();
    // Whoever checks the proxy's health takes a turn, too.
    for (let turn = 0; turn < 6; turn += 1) pods.add(helloOf(await stream('/getData/x').untilOpen()).pod);
    expect([...pods].toSorted()).toEqual(await podNames());
    const client = stream(`/getData/${RACE_FEEDS.steady}`);
    await client.until(() => expect(client.values.length).toBeGreaterThan(10));
  });

  it('serves both over HTTP/2', async () => {
    const client = secure();
    const html = client.get('/');
    const events = client.get(`/getData/${RACE_FEEDS.steady}`);
    await vi.waitFor(() => {
      expect(html.status).toBe(200);
      expect(html.text).toContain('</html>');
      expect(events.contentType).toContain('text/event-stream');
      expect(events.events.filter(({ name }) => name === 'message').length).toBeGreaterThan(10);
    }, WAIT);
    expect(client.protocol).toBe('h2');
  });

  it('passes each event on once, and as it comes', async () => {
    const id = newFeedId();
    const client = await stream(`/getData/${id}`).untilOpen();
    for (let seq = 1; seq <= 20; seq += 1) {
      expect((await post(`/api/feeds/${id}/events`, { id, seq })).status).toBe(201);
      await client.until(() => expect(client.values).toHaveLength(seq));
    }
    expect(client.values.map((value) => JSON.parse(value).seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('keeps 12 EventSources of one browser live over HTTP/2', async () => {
    const ids = Array.from({ length: 12 }, newFeedId);
    await page.goto(`${cluster.secureUrl}/no-such-page`);
    const protocol = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      return navigation?.nextHopProtocol;
    });
    expect(protocol).toBe('h2');
    await page.evaluate((feeds) => {
      const got = feeds.map((): string[] => []);
      Object.assign(window, { got });
      feeds.forEach((id, index) => {
        const source = new EventSource(`/getData/${id}`);
        source.addEventListener('hello', () => got[index]?.push('hello'));
        source.addEventListener('message', ({ data }) => got[index]?.push(data));
      });
    }, ids);
    const got = () => page.evaluate(() => (window as unknown as { got: string[][] }).got);
    await expect.poll(got, WAIT).toEqual(ids.map(() => ['hello']));
    for (const id of ids) expect((await post(`/api/feeds/${id}/events`, { id })).status).toBe(201);
    await expect.poll(got, WAIT).toEqual(ids.map((id) => ['hello', JSON.stringify({ id })]));
  });

  it('shows the pods by the names of their containers', async () => {
    await page.goto(`${cluster.url}/ops`);
    for (const name of await podNames()) await page.getByText(name).first().waitFor();
    await page.goto(`${cluster.url}/feeds/${RACE_FEEDS.steady}`);
    await page
      .getByText(new RegExp((await podNames()).join('|')))
      .first()
      .waitFor();
  });

  it('has images that are at most 80 MB larger than the Node.js that they are made of', async () => {
    for (const service of ['app', 'producer']) {
      const [container] = await cluster.containers(service);
      const image = await cluster.docker(['inspect', '--format', '{{.Image}}', container?.id ?? '']);
      const format = '{{.Size}} {{.CreatedBy}}';
      const layers = (
        await cluster.docker(['history', '--human=false', '--no-trunc', '--format', format, image])
      ).split('\n');
      // Newest first; the last one of the base is its own command.
      const own = layers.slice(
        0,
        layers.findIndex((layer) => layer.includes('CMD ["node"]')),
      );
      expect(own.length, service).toBeGreaterThan(2);
      const bytes = own.reduce((sum, layer) => sum + Number.parseInt(layer, 10), 0);
      log(`the image of ${service}: ${(bytes / 1e6).toFixed(1)} MB over its base`);
      expect(bytes, service).toBeLessThan(OVER_BASE_MAX_BYTES);
    }
  });

  it('runs each pod as a user that can write nothing', async () => {
    const inside = (command: string) => cluster.compose(['exec', '-T', 'app', 'sh', '-c', command]);
    expect(await inside('id -u')).toBe('1000');
    await expect(inside('touch /home/node/x')).rejects.toThrow('Read-only file system');
  });

  it('answers every question while a pod shuts down, is away, is killed and starts', async () => {
    const [victim] = await cluster.containers('app');
    const id = victim?.id ?? '';
    // It has to see them off, which takes it a moment in which it refuses polls.
    const held = Array.from({ length: 10 }, () => stream('/getData/x'));
    await Promise.all(held.map((client) => client.untilOpen()));
    const ending = new AbortController();
    const answers = new Map<number, number>();
    const ask = async (): Promise<void> => {
      while (!ending.signal.aborted) {
        const response = await fetch(`${cluster.url}/api/feeds/x/poll?waitMs=0`);
        await response.text();
        answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
      }
    };
    const asking = Promise.all(Array.from({ length: 4 }, ask));
    for (const end of ['stop', 'kill']) {
      await cluster.docker([end, id]);
      await cluster.docker(['start', id]);
      await cluster.untilHealthy('app', 2);
    }
    ending.abort();
    await asking;
    log(`answers while a pod was away: ${JSON.stringify([...answers])}`);
    expect([...answers.keys()]).toEqual([204]);
    expect(held.some((client) => client.named('draining').length > 0)).toBe(true);
  });

  it('stores nothing twice, and all that it says is stored, while a container is killed', async () => {
    const id = newFeedId();
    const [victim] = await cluster.containers('app');
    const ending = new AbortController();
    const stored: number[] = [];
    let seq = 0;
    const publish = async (): Promise<void> => {
      while (!ending.signal.aborted) {
        seq += 1;
        const own = seq;
        const status = await post(`/api/feeds/${id}/events`, { id, seq: own }).then(
          (response) => response.status,
          () => 0,
        );
        if (status === 201) stored.push(own);
      }
    };
    const publishing = Promise.all(Array.from({ length: 8 }, publish));
    const untilStored = (count: number) => vi.waitFor(() => expect(stored.length).toBeGreaterThan(count), WAIT);
    await untilStored(200);
    await cluster.docker(['kill', victim?.id ?? '']);
    await untilStored(stored.length + 200);
    ending.abort();
    await publishing;
    await cluster.docker(['start', victim?.id ?? '']);
    await cluster.untilHealthy('app', 2);
    expect((await post(`/api/feeds/${id}/events`, { id, seq: 0 })).status).toBe(201);
    const client = await stream(`/getData/${id}?from=earliest`).untilOpen();
    const given = () => client.values.map((value) => (JSON.parse(value) as { seq: number }).seq);
    await client.until(() => expect(given().at(-1)).toBe(0));
    expect(given()).toHaveLength(new Set(given()).size);
    expect(stored.filter((each) => !given().includes(each))).toEqual([]);
    log(`published: ${seq}, of which ${stored.length} were said to be stored, and ${given().length - 1} are`);
  });

  it('loses and repeats nothing while a container is killed', async () => {
    const [victim] = await cluster.containers('app');
    const result = await nothingIsLostWhile(cluster, async () => {
      await cluster.docker(['kill', victim?.id ?? '']);
      await expect.poll(() => cluster.containers('app'), WAIT).toHaveLength(1);
      await cluster.docker(['start', victim?.id ?? '']);
      await cluster.untilHealthy('app', 2);
    });
    log(`a killed container: ${JSON.stringify(result)}`);
  });

  it('loses and repeats nothing while each pod is replaced, one after the other', async () => {
    const before = await cluster.containers('app');
    const result = await nothingIsLostWhile(cluster, async () => {
      for (const { id } of before) {
        await cluster.docker(['stop', id]);
        // Nobody had to kill it: SIGTERM has reached the server, and it has ended by itself.
        expect(await cluster.docker(['inspect', '--format', '{{.State.ExitCode}}', id])).toBe('0');
        await cluster.docker(['rm', id]);
        await cluster.compose(['up', '--detach', '--no-deps', '--no-recreate', 'app']);
        await cluster.untilHealthy('app', 2);
      }
    });
    const after = (await cluster.containers('app')).map(({ id }) => id);
    for (const { id } of before) expect(after).not.toContain(id);
    log(`pods replaced: ${JSON.stringify(result)}`);
  });

  it('loses and repeats nothing while Kafka is restarted', async () => {
    const result = await nothingIsLostWhile(cluster, async () => {
      await cluster.compose(['restart', 'kafka']);
      await cluster.untilHealthy('kafka', 1);
    });
    log(`Kafka restarted: ${JSON.stringify(result)}`);
  });

  it('kills a container where a pod is to be killed, and has it back under its name', async () => {
    const [victim] = await cluster.containers('app');
    const pod = victim?.hostname ?? '';
    const told = await stream(`/api/feeds/stream?id=${PODS_FEED}&topic=${CONTROL_TOPIC}`).untilOpen();
    const other = await stream(`/api/feeds/stream?id=${PODS_FEED}&topic=${CONTROL_TOPIC}`).untilOpen();
    const answer = await post('/api/demo/faults', { kind: 'kill-pod', pod });
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as { id: string };
    // One of the two was served by the pod that has died.
    const outcomes = (): FaultOutcome[] =>
      [...told.values, ...other.values]
        .map((value) => parseFaultOutcome(JSON.parse(value)))
        .filter((outcome) => outcome?.id === id)
        .filter((outcome) => outcome !== null);
    await vi.waitFor(() => expect(outcomes().map(({ state }) => state)).toContain('begun'), WAIT);
    await vi.waitFor(() => expect(outcomes().map(({ state }) => state)).toContain('done'), WAIT);
    expect(outcomes().find(({ state }) => state === 'begun')?.by).toBe(pod);
    expect(outcomes().find(({ state }) => state === 'done')?.by).not.toBe(pod);
    const now = (await cluster.untilHealthy('app', 2)).find(({ hostname }) => hostname === pod);
    expect(now).toMatchObject({ id: victim?.id, restarts: (victim?.restarts ?? 0) + 1 });
  });

  it('lives through the tour, which says why the broker cannot be killed', async () => {
    const restarts = async () =>
      (await cluster.containers('app')).reduce((sum, container) => sum + container.restarts, 0);
    const before = await restarts();
    await page.goto(`${cluster.url}/?tour`);
    const step = (name: string) => page.locator(`[data-disaster=${name}]`);
    const stateOf = (name: string) => () => step(name).getAttribute('data-state');
    await expect.poll(stateOf('drop'), WAIT).toBe('done');
    await expect.poll(stateOf('kill-pod'), WAIT).toBe('done');
    await expect.poll(stateOf('kill-broker'), WAIT).toBe('impossible');
    expect(await step('kill-broker').textContent()).toContain('docker compose restart -t 0 kafka');
    const result = page.getByTestId('break-result');
    await result.waitFor({ timeout: 120_000 });
    const [, produced, showed] =
      /^2 disasters · ([\d,]+) produced · ([\d,]+) shown/.exec((await result.textContent()) ?? '') ?? [];
    log(`tour: ${await result.textContent()}`);
    expect(produced).toBeDefined();
    expect(showed).toBe(produced);
    for (const lane of LANE_NAMES.filter((name) => name !== 'article')) {
      expect(await shown(page, lane, 'missed'), lane).toBe(0);
    }
    expect(await restarts()).toBe(before + 1);
  });

  it('cuts what is silent for as long as is set, and nothing that pings', async () => {
    await cluster.compose(['up', '--detach', '--no-deps', 'proxy'], { IDLE_CUT: '8s' });
    await cluster.untilHealthy('proxy', 1);
    const silent = stream(`/getData/x?fault=pings,0,${Date.now() - 1000},1,0,600000`);
    const alive = stream('/getData/x');
    await Promise.all([silent.untilOpen(), alive.untilOpen()]);
    await silent.until(() => expect(silent.isOver).toBe(true));
    expect(alive.isOver).toBe(false);
    expect(alive.named('ping').length).toBeGreaterThan(0);
  });

  it('has new pods found while it runs: of four, 40 new connections reach each within 20 s', async () => {
    await cluster.compose(['up', '--detach', '--no-deps', '--no-recreate', '--scale', 'app=4', 'app']);
    const startedAtMs = Date.now();
    const reached = async (): Promise<string[]> => {
      const opened = Array.from({ length: 40 }, () => stream('/getData/x'));
      await Promise.all(opened.map((client) => client.untilOpen()));
      for (const client of opened) client.close();
      return [...new Set(opened.map((client) => helloOf(client).pod))].toSorted();
    };
    const names = await podNames();
    expect(names).toHaveLength(4);
    await expect.poll(reached, { timeout: SCALED_MAX_MS, interval: 250 }).toEqual(names);
    log(`40 connections reach 4 pods: ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s after they were started`);
  });

  it('is gone within 15 s of docker compose down, with all that it had', async () => {
    await page.goto(cluster.url);
    const { tookMs } = await secondsOf('down', cluster.down());
    expect(tookMs).toBeLessThan(DOWN_MAX_MS);
    expect(await cluster.remains()).toEqual([]);
  });
});
