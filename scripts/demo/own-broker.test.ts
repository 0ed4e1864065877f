import { expect, it, vi } from 'vitest';
import { type BrokerRun, OwnBroker } from './own-broker.ts';

/** A run of a broker driven by hand; the real one is killed in `faults.integration.test.ts`. */
function handRun(startAgain: () => Promise<BrokerRun> = () => Promise.reject(new Error('not asked for'))) {
  let end: (reason: string) => void = () => undefined;
  const exited = new Promise<string>((resolve) => {
    end = resolve;
  });
  const run = {
    place: 'PID 1',
    exited,
    crash: vi.fn(async () => end('SIGKILL')),
    startAgain: vi.fn(startAgain),
    stop: vi.fn(async () => end('exit code 0')),
    kill: vi.fn(async () => end('SIGKILL')),
  };
  return { run, end };
}

/** What `exited` has come to, or that it is still open. */
function stateOf({ exited }: OwnBroker): Promise<string> {
  return Promise.race([exited, new Promise<string>((resolve) => setImmediate(() => resolve('runs')))]);
}

it('a broker that is killed on purpose has not ended: it is started again, and may be killed again', async () => {
  const third = handRun();
  const second = handRun(async () => third.run);
  const first = handRun(async () => second.run);
  const broker = new OwnBroker(first.run);
  await broker.beAwayFor(1);
  expect(first.run.crash).toHaveBeenCalledTimes(1);
  expect(await stateOf(broker)).toBe('runs');
  await broker.beAwayFor(1);
  expect(second.run.crash).toHaveBeenCalledTimes(1);
  expect(await stateOf(broker)).toBe('runs');
  expect(broker.isAway).toBe(false);
  third.end('it has failed');
  expect(await stateOf(broker)).toBe('it has failed');
});

it('a broker that ends by itself has ended, with its reason', async () => {
  const { run, end } = handRun();
  const broker = new OwnBroker(run);
  end('exit code 1');
  expect(await stateOf(broker)).toBe('exit code 1');
});

it('a broker that does not come back has ended, and who has killed it hears why', async () => {
  const broker = new OwnBroker(handRun(() => Promise.reject(new Error('the port is taken'))).run);
  await expect(broker.beAwayFor(1)).rejects.toThrow('the port is taken');
  expect(await stateOf(broker)).toBe('the port is taken');
});

it('a broker that is away cannot be killed, and is not started again by a demo that ends', async () => {
  const { run } = handRun();
  const broker = new OwnBroker(run);
  const outage = broker.beAwayFor(60_000);
  const isOver = expect(outage).rejects.toThrow('The demo ends');
  expect(broker.isAway).toBe(true);
  await expect(broker.beAwayFor(1)).rejects.toThrow('away already');
  await broker.stop();
  await isOver;
  expect(run.startAgain).not.toHaveBeenCalled();
  expect(run.stop).toHaveBeenCalledTimes(1);
});

it('a broker that is just being started is ended once it is there', async () => {
  let start: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  const second = handRun();
  const first = handRun(async () => {
    await started;
    return second.run;
  });
  const broker = new OwnBroker(first.run);
  const outage = broker.beAwayFor(1);
  await vi.waitFor(() => expect(first.run.startAgain).toHaveBeenCalled());
  const stopped = broker.stop();
  start();
  await outage;
  await stopped;
  expect(second.run.stop).toHaveBeenCalledTimes(1);
  expect(first.run.stop).not.toHaveBeenCalled();
});
