import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { LOOPBACK } from '#scripts/process/ports.ts';

/** What clients do that mean no good, or are broken in a way that comes to the same. */
export const ABUSES = ['never-reads', 'reconnects', 'garbage', 'slow-headers'] as const;
export type Abuse = (typeof ABUSES)[number];

export interface AbuseOptions {
  readonly port: number;
  /** How many there are at any time, in equal parts of every kind. */
  readonly connections: number;
  /** Where they come from: addresses of the loopback. */
  readonly addresses: readonly string[];
  /** What they ask for. */
  readonly path: string;
  /** How long each of them waits after its connection has ended, until it comes again. */
  readonly againMs: number;
}

/** What came of it so far, by kind. */
export type AbuseCounts = Readonly<Record<Abuse, { readonly opened: number; readonly refused: number }>>;

export interface RunningAbuse {
  counts(): AbuseCounts;
  stop(): void;
}

const SLOW_BYTE_MS = 500;
const GARBAGE_BYTES_MAX = 20_000;

/** Starts so many abusive clients, which go on until they are stopped. */
export function startAbuse({ port, connections, addresses, path, againMs }: AbuseOptions): RunningAbuse {
  const counts = Object.fromEntries(ABUSES.map((abuse) => [abuse, { opened: 0, refused: 0 }])) as Record<
    Abuse,
    { opened: number; refused: number }
  >;
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let isStopped = false;

  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };
  const open = (index: number): void => {
    const abuse = ABUSES[index % ABUSES.length] as Abuse;
    const localAddress = addresses[index % addresses.length];
    const socket = connect({ port, host: LOOPBACK, ...(localAddress !== undefined && { localAddress }) });
    sockets.add(socket);
    const count = counts[abuse];
    socket.on('connect', () => {
      count.opened += 1;
      misuse(abuse, socket, { path, later, onRefused: () => (count.refused += 1) });
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (!isStopped) later(againMs, () => open(index));
    });
  };
  // Spread over the first round, or they would all stay in step.
  for (let index = 0; index < connections; index += 1) later((againMs * index) / connections, () => open(index));
  return {
    counts: () => structuredClone(counts),
    stop: () => {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface Means {
  readonly path: string;
  readonly later: (ms: number, act: () => void) => void;
  readonly onRefused: () => void;
}

function misuse(abuse: Abuse, socket: Socket, { path, later, onRefused }: Means): void {
  const request = `GET ${path} HTTP/1.1\r\nHost: x\r\n`;
  switch (abuse) {
    case 'never-reads':
      // Not even that it was refused; so the connection is given up after a while, and another one tried.
      socket.pause();
      socket.write(`${request}\r\n`);
      return;
    case 'reconnects':
      socket.once('data', (head: Buffer) => {
        if (!head.toString('latin1', 0, 12).startsWith('HTTP/1.1 200')) onRefused();
        socket.destroy();
      });
      socket.write(`${request}\r\n`);
      return;
    case 'garbage':
      socket.once('data', onRefused).resume();
      socket.write(randomBytes(1 + Math.floor(Math.random() * GARBAGE_BYTES_MAX)));
      return;
    case 'slow-headers': {
      const drip = (): void => {
        if (socket.destroyed) return;
        socket.write('x');
        later(SLOW_BYTE_MS, drip);
      };
      socket.once('data', onRefused).resume();
      socket.write(`${request}X-Slow: `);
      drip();
    }
  }
}

/** So many addresses of the loopback, from this one on: each is a client of its own. */
export function loopbackAddresses(count: number, block: number): string[] {
  return Array.from({ length: count }, (_, index) => `127.${block}.${Math.floor(index / 250)}.${1 + (index % 250)}`);
}
