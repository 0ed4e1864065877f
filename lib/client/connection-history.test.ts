import { expect, test } from 'vitest';
import { ConnectionHistory, HISTORY_S } from './connection-history.ts';
import { type Connection, type ConnectionEvent, initialConnection, nextConnection } from './connection-state.ts';

const T0 = 1_000_000;
const hello = (nowMs: number): ConnectionEvent => ({ type: 'hello', nowMs, pingMs: 5000, watchdogMs: 15_000 });

function setUp() {
  const history = new ConnectionHistory();
  let connection: Connection = initialConnection(T0);
  history.apply({ kind: 'connection', connection });
  const move = (event: ConnectionEvent): void => {
    connection = nextConnection(connection, event);
    history.apply({ kind: 'connection', connection });
  };
  const record = (arrivedAtMs: number, isStored = false): void =>
    history.apply({
      kind: 'record',
      cursor: 'c',
      data: '',
      seq: null,
      producedAtMs: null,
      arrivedAtMs,
      ...(isStored && { isStored }),
    });
  const states = (nowMs: number, count: number) =>
    history
      .blocks(nowMs)
      .slice(-count)
      .map(({ state }) => state);
  return { history, move, record, states };
}

test('each second has the state that the connection was in, and none before it was watched', () => {
  const { move, states } = setUp();
  move(hello(T0 + 1000));
  expect(states(T0 + 3500, 5)).toEqual([null, 'connecting', 'live', 'live', 'live']);
});

test('a loss is told from its beginning, and a second that saw one tells of it', () => {
  const { move, states } = setUp();
  move(hello(T0 + 1));
  move({ type: 'cut', nowMs: T0 + 2100 });
  move({ type: 'tick', nowMs: T0 + 3300 });
  move(hello(T0 + 3400));
  move({ type: 'error', nowMs: T0 + 5200, retryAtMs: T0 + 5300 });
  move(hello(T0 + 5400));
  expect(states(T0 + 6000, 7)).toEqual([
    'connecting',
    'live',
    'reconnecting',
    'reconnecting',
    'live',
    'reconnecting',
    'live',
  ]);
});

test('events are counted in the second in which they came, without those of before', () => {
  const { history, move, record } = setUp();
  move(hello(T0));
  record(T0 + 10, true);
  for (const atMs of [T0 + 1000, T0 + 1999, T0 + 2000]) record(atMs);
  expect(
    history
      .blocks(T0 + 2000)
      .slice(-3)
      .map(({ events }) => events),
  ).toEqual([0, 2, 1]);
});

test('the history is bounded, however long and however often', () => {
  const { history, move, record } = setUp();
  for (let second = 0; second < 2000; second += 1) {
    move(hello(T0 + second * 1000));
    record(T0 + second * 1000);
    move({ type: 'error', nowMs: T0 + second * 1000 + 500, retryAtMs: 0 });
  }
  const blocks = history.blocks(T0 + 1_999_000);
  expect(blocks).toHaveLength(HISTORY_S);
  expect(blocks.every(({ state, events }) => state === 'reconnecting' && events === 1)).toBe(true);
});
