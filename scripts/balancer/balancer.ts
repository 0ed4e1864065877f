import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyServer } from 'httpxy';
import { type CutReason, Exchange } from '#scripts/balancer/exchange.ts';
import { PodAgent, PodUnreachableError } from '#scripts/balancer/pod-agent.ts';
import { PodRotation } from '#scripts/balancer/pod-rotation.ts';
import { LOOPBACK } from '#scripts/process/ports.ts';

/** Below the 5 s after which Node, and so a pod, closes a connection that nobody uses. */
const KEEP_ALIVE_MS = 3000;
/** RFC 9110, section 9.2.2: asking twice does no more than asking once. */
const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const RETRY_AFTER_S = 1;

export interface BalancerOptions {
  /** Where it listens on the loopback; a free port where it is not given. */
  readonly port?: number;
  /** Origins of the pods, like `http://127.0.0.1:41234`. Asked again at each request: pods come and go. */
  readonly pods: () => readonly string[];
  /** Cuts a connection over which nothing came from the pod for so long, ms; default never. Real ones: 180 s. */
  readonly idleCutMs?: number;
  /** Cuts a connection at this age, ms, counted from its request; default never. */
  readonly ageCutMs?: number;
}

export interface Balancer {
  readonly url: string;
  readonly port: number;
  /** Open proxied exchanges now. */
  readonly openCount: number;
  /** How many were cut so far for being idle, and for being old. */
  readonly cuts: { readonly idle: number; readonly age: number };
  /** Cuts what is open, and is done when no timer and no socket is left. Repeatable. */
  stop(): Promise<void>;
}

/**
 * A load balancer for this machine: round robin, no stickiness, nothing buffered. A request whose pod cannot be reached
 * goes to the next one, and so does a repeatable one whose pod breaks off before it answers; the client gets an error
 * only when no pod is left (503), or when a pod may have acted on what must not be sent twice (502).
 *
 * @throws Error when the port is taken
 */
export async function startBalancer(options: BalancerOptions): Promise<Balancer> {
  const proxy = new BalancingProxy(options);
  const server = createServer((request, response) => void proxy.handle(request, response));
  server.listen(options.port ?? 0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${port}`,
    port,
    get openCount() {
      return proxy.exchanges.size;
    },
    cuts: proxy.cuts,
    stop: async () => {
      await close(server);
      proxy.close();
    },
  };
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** What became of one try. */
type Outcome = 'over' | 'unreached' | 'lost';

class BalancingProxy {
  readonly exchanges = new Map<ServerResponse, Exchange>();
  readonly cuts: Record<CutReason, number> = { idle: 0, age: 0 };
  readonly #options: BalancerOptions;
  readonly #rotation = new PodRotation();
  readonly #proxy = createProxyServer();
  readonly #keptAgent = new PodAgent({ keepAlive: true, timeout: KEEP_ALIVE_MS });
  /** A pod may close a kept connection just as it is used again; then nobody knows whether it took the request. */
  readonly #freshAgent = new PodAgent({ keepAlive: false });

  constructor(options: BalancerOptions) {
    this.#options = options;
    this.#proxy.on('proxyRes', (answer, _request, response) =>
      this.exchanges.get(response)?.answered(answer, response),
    );
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Each try adds listeners of its own to both.
    request.setMaxListeners(0);
    response.setMaxListeners(0);
    const exchange = new Exchange(request, this.#options, (reason) => {
      this.cuts[reason] += 1;
    });
    this.exchanges.set(response, exchange);
    response.once('close', () => {
      exchange.end();
      this.exchanges.delete(response);
    });
    const outcome = await this.#tryEach(request, response);
    if (outcome === 'over' || response.destroyed) return;
    if (response.headersSent) response.destroy();
    else refuse(response, outcome);
  }

  close(): void {
    this.#keptAgent.destroy();
    this.#freshAgent.destroy();
    for (const exchange of this.exchanges.values()) exchange.end();
  }

  async #tryEach(request: IncomingMessage, response: ServerResponse): Promise<Outcome> {
    const isRepeatable = IDEMPOTENT_METHODS.has(request.method ?? '') && !hasBody(request);
    let outcome: Outcome = 'unreached';
    for (const pod of this.#rotation.next(this.#options.pods(), Date.now())) {
      const latest = await this.#try(pod, request, response, isRepeatable);
      if (latest === 'over') return latest;
      if (latest === 'lost') outcome = latest;
      const isOver = response.headersSent || response.destroyed;
      if (isOver || (latest === 'lost' && !isRepeatable)) return outcome;
    }
    return outcome;
  }

  async #try(
    target: string,
    request: IncomingMessage,
    response: ServerResponse,
    isRepeatable: boolean,
  ): Promise<Outcome> {
    const agent = isRepeatable ? this.#keptAgent : this.#freshAgent;
    const headers = { 'x-forwarded-for': forwardedFor(request) };
    try {
      await this.#proxy.web(request, response, { target, agent, headers });
      return 'over';
    } catch (error) {
      if (!(error instanceof PodUnreachableError)) return 'lost';
      this.#rotation.refused(target, Date.now());
      return 'unreached';
    }
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** The client's own address after those that were told by the proxies before us. */
function forwardedFor({ headers, socket }: IncomingMessage): string {
  return [headers['x-forwarded-for'] ?? [], socket.remoteAddress ?? []].flat().join(', ');
}

/** @param outcome `unreached`: no pod has got the request; `lost`: one that has broke off before it answered */
function refuse(response: ServerResponse, outcome: 'unreached' | 'lost'): void {
  const problem =
    outcome === 'unreached'
      ? { title: 'no pod', status: 503, detail: 'No pod accepts connections. Try again.', code: 'no-pod' }
      : {
          title: 'pod lost',
          status: 502,
          detail: 'The pod broke off before it answered. Try again.',
          code: 'pod-lost',
        };
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': String(RETRY_AFTER_S),
    // What is left of the request's body is not wanted any more.
    connection: 'close',
  });
  response.end(JSON.stringify(problem));
}
