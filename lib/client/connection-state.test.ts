import { describe, expect, test } from 'vitest';
import {
  type Connection,
  type ConnectionEvent,
  type ConnectionState,
  CUT_GRACE_MS,
  initialConnection,
  isNews,
  isWatchdogDue,
  nextConnection,
} from './connection-state.ts';

const T0 = 1_000_000;
const NOW = T0 + 100;
const HELLO = { type: 'hello', nowMs: T0, pingMs: 5000, watchdogMs: 15_000 } as const;

const run = (events: readonly ConnectionEvent[]): Connection => events.reduce(nextConnection, initialConnection(T0));

const IN_STATE: Record<ConnectionState, Connection> = {
  connecting: run([]),
  live: run([HELLO]),
  stale: { ...run([HELLO, { type: 'tick', nowMs: T0 + 10_000 }]), lastHeardAtMs: T0 },
  reconnecting: run([HELLO, { type: 'error', nowMs: T0, retryAtMs: T0 + 500 }]),
  closed: run([HELLO, { type: 'stop', nowMs: T0 }]),
};

const EVENTS: Record<ConnectionEvent['type'], ConnectionEvent> = {
  open: { type: 'open', nowMs: NOW },
  hello: { ...HELLO, nowMs: NOW },
  heard: { type: 'heard', nowMs: NOW },
  tick: { type: 'tick', nowMs: NOW },
  error: { type: 'error', nowMs: NOW, retryAtMs: NOW + 500 },
  explained: { type: 'explained', nowMs: NOW, reason: 'the broker is down', retryAtMs: NOW + 900 },
  cut: { type: 'cut', nowMs: NOW },
  end: { type: 'end', nowMs: NOW },
  stop: { type: 'stop', nowMs: NOW },
  rest: { type: 'rest', nowMs: NOW },
  fatal: { type: 'fatal', nowMs: NOW, reason: 'forbidden' },
  retry: { type: 'retry', nowMs: NOW },
};

/** Every state meets every event; the compiler asks for a missing cell. */
const TABLE: Record<ConnectionState, Record<ConnectionEvent['type'], ConnectionState>> = {
  connecting: {
    open: 'connecting',
    hello: 'live',
    heard: 'connecting',
    tick: 'connecting',
    error: 'reconnecting',
    explained: 'connecting',
    cut: 'connecting',
    end: 'closed',
    stop: 'closed',
    rest: 'closed',
    fatal: 'closed',
    retry: 'connecting',
  },
  live: {
    open: 'live',
    hello: 'live',
    heard: 'live',
    tick: 'live',
    error: 'reconnecting',
    explained: 'live',
    cut: 'live',
    end: 'closed',
    stop: 'closed',
    rest: 'closed',
    fatal: 'closed',
    retry: 'live',
  },
  stale: {
    open: 'stale',
    hello: 'live',
    heard: 'live',
    tick: 'stale',
    error: 'reconnecting',
    explained: 'stale',
    cut: 'stale',
    end: 'closed',
    stop: 'closed',
    rest: 'closed',
    fatal: 'closed',
    retry: 'stale',
  },
  reconnecting: {
    open: 'reconnecting',
    hello: 'live',
    heard: 'reconnecting',
    tick: 'reconnecting',
    error: 'reconnecting',
    explained: 'reconnecting',
    cut: 'reconnecting',
    end: 'closed',
    stop: 'closed',
    rest: 'closed',
    fatal: 'closed',
    retry: 'reconnecting',
  },
  closed: {
    open: 'closed',
    hello: 'closed',
    heard: 'closed',
    tick: 'closed',
    error: 'closed',
    explained: 'closed',
    cut: 'closed',
    end: 'closed',
    stop: 'closed',
    rest: 'closed',
    fatal: 'closed',
    retry: 'connecting',
  },
};

const CELLS = Object.entries(TABLE).flatMap(([state, row]) =>
  Object.entries(row).map(
    ([event, next]) => [state, event, next] as [ConnectionState, ConnectionEvent['type'], string],
  ),
);

describe('every state meets every event', () => {
  test.each(CELLS)('%s + %s → %s', (state, type, next) => {
    const before = IN_STATE[state];
    expect(before.state).toBe(state);
    const after = nextConnection(before, EVENTS[type]);
    expect(after.state).toBe(next);
    expect(after.sinceMs).toBe(after.state === state ? before.sinceMs : NOW);
  });
});

describe('a planned cut', () => {
  const cut = run([HELLO, { type: 'cut', nowMs: T0 }]);
  const failed = nextConnection(cut, { type: 'error', nowMs: T0 + 50, retryAtMs: T0 + 300 });

  test('does not flicker the badge while it stays under its grace', () => {
    expect(nextConnection(cut, { type: 'tick', nowMs: T0 + CUT_GRACE_MS }).state).toBe('live');
    expect(failed.state).toBe('live');
    expect(nextConnection(failed, { ...HELLO, nowMs: T0 + 900 })).toMatchObject({ state: 'live', lostAtMs: null });
  });

  test('becomes a reconnection when it outlasts its grace, and keeps when it began', () => {
    const late = nextConnection(failed, { type: 'tick', nowMs: T0 + CUT_GRACE_MS + 1 });
    expect(late).toMatchObject({ state: 'reconnecting', lostAtMs: T0, attempt: 1 });
  });
});

describe('silence', () => {
  test('of two ping intervals makes a live connection stale, and any byte makes it live again', () => {
    const live = run([HELLO]);
    expect(nextConnection(live, { type: 'tick', nowMs: T0 + 9999 }).state).toBe('live');
    const stale = nextConnection(live, { type: 'tick', nowMs: T0 + 10_000 });
    expect(stale.state).toBe('stale');
    expect(nextConnection(stale, { type: 'heard', nowMs: T0 + 10_001 }).state).toBe('live');
  });

  test('of the watchdog time makes the connection due, counted from its last try', () => {
    const live = run([HELLO]);
    expect(isWatchdogDue(live, T0, T0 + 14_999)).toBe(false);
    expect(isWatchdogDue(live, T0, T0 + 15_000)).toBe(true);
    expect(isWatchdogDue(live, T0 + 10_000, T0 + 15_000)).toBe(false);
  });
});

test('attempts are counted until the next hello', () => {
  const twice = run([EVENTS.error, EVENTS.retry, EVENTS.error]);
  expect(twice).toMatchObject({ attempt: 2, retryAtMs: NOW + 500, lostAtMs: NOW });
  expect(nextConnection(twice, EVENTS.hello)).toMatchObject({ attempt: 0, retryAtMs: null, lostAtMs: null });
});

describe('a rest while nobody sees the tab', () => {
  const hidden = run([HELLO, EVENTS.rest]);

  test('is closed, and what was live is resumed afterwards', () => {
    expect(hidden).toMatchObject({ state: 'closed', closeReason: 'hidden' });
    const back = nextConnection(hidden, { type: 'retry', nowMs: NOW + 5000 });
    expect(back).toMatchObject({ state: 'reconnecting', lostAtMs: NOW, attempt: 0, closeReason: null });
  });

  test('of a connection that had never been live is followed by the first connection', () => {
    expect(nextConnection(run([EVENTS.rest]), EVENTS.retry)).toMatchObject({ state: 'connecting', lostAtMs: null });
  });

  test('can be ended for good', () => {
    expect(nextConnection(hidden, EVENTS.stop)).toMatchObject({ state: 'closed', closeReason: 'stopped' });
  });
});

test('a feed that ended stays closed, whatever comes', () => {
  const done = run([HELLO, EVENTS.end]);
  for (const event of Object.values(EVENTS)) expect(nextConnection(done, event)).toBe(done);
});

test('hearing something is not news, a change of state is', () => {
  const live = run([HELLO]);
  expect(isNews(live, nextConnection(live, EVENTS.heard))).toBe(false);
  expect(isNews(live, nextConnection(live, EVENTS.error))).toBe(true);
});
