import { RACE_FEEDS, RACE_TRAFFIC, type Traffic } from '#lib/protocol/race-feeds.ts';
import { BurstPace } from '#scripts/producer/burst-pace.ts';
import {
  nextChange,
  type OrderChange,
  type OrderState,
  type OrderWorld,
  orderAt,
} from '#scripts/producer/order-life.ts';
import { Pace } from '#scripts/producer/pace.ts';
import type { Schedule } from '#scripts/producer/schedule.ts';

const FIRST_ID = 1234;

/** Which feeds are written. */
export interface WrittenFeeds {
  /** How many orders from 1234 up. */
  readonly feeds: number;
  /** Whether the feeds of the compare page are written too. */
  readonly isRacing: boolean;
}

export interface OrderTrafficOptions extends WrittenFeeds {
  /** Over all orders; the feeds of the compare page are extra. */
  readonly ratePerSecond: number;
  /** Most orders' changes that are made up for after a long sleep of the machine. */
  readonly dueMax: number;
  /** Where the count of each ID stands; an ID without an entry starts at 1. */
  readonly lastSeqs: ReadonlyMap<string, number>;
  readonly world: OrderWorld;
}

/** The IDs that the producer writes: 1234, 1235, … and, for the compare page, those of its feeds. */
export function producedIds({ feeds, isRacing }: WrittenFeeds): string[] {
  return [...orderIds(feeds), ...(isRacing ? Object.values(RACE_FEEDS) : [])];
}

function orderIds(feeds: number): string[] {
  return Array.from({ length: feeds }, (_, index) => String(FIRST_ID + index));
}

/** Orders that change in turn, on one schedule. */
interface Orders {
  readonly schedule: Schedule;
  readonly next: () => OrderChange;
}

/** All changes that the producer writes, when they are due: the orders' at an even rate, the race's as each has it. */
export class OrderTraffic {
  readonly #world: OrderWorld;
  readonly #all: readonly Orders[];

  constructor(options: OrderTrafficOptions) {
    this.#world = options.world;
    // The race first: it is little, and after a long sleep the others may be due for all the room there is.
    this.#all = [...(options.isRacing ? raceOrders(options) : []), usualOrders(options)];
  }

  /** The changes that are due now. Those that find no room are forgotten: they have not happened. */
  takeDue(room: number): OrderChange[] {
    const nowMs = this.#world.nowMs();
    const changes: OrderChange[] = [];
    for (const { schedule, next } of this.#all) {
      const count = Math.min(room - changes.length, schedule.take(nowMs));
      for (let taken = 0; taken < count; taken += 1) changes.push(next());
    }
    return changes;
  }

  /** Milliseconds until the next change of any order is due; 0 when one is already. */
  untilNextMs(): number {
    const nowMs = this.#world.nowMs();
    return Math.min(...this.#all.map(({ schedule }) => schedule.untilNextMs(nowMs)));
  }

  /** Forgets what was due until now. */
  restart(): void {
    const nowMs = this.#world.nowMs();
    for (const { schedule } of this.#all) schedule.restart(nowMs);
  }
}

function usualOrders(options: OrderTrafficOptions): Orders {
  const schedule = new Pace(options.ratePerSecond, options.world.nowMs(), options.dueMax);
  return { schedule, next: changesInTurn(orderIds(options.feeds), options) };
}

/** After a long sleep, a second's worth at most comes at once: the traffic of these feeds is to stay what it is. */
function raceOrders(options: OrderTrafficOptions): Orders[] {
  const { steady, bursts, quiet } = RACE_TRAFFIC;
  const nowMs = options.world.nowMs();
  const orders = (traffic: Traffic, schedule: Schedule): Orders => {
    return { schedule, next: changesInTurn([RACE_FEEDS[traffic]], options) };
  };
  return [
    orders('steady', new Pace(steady.perSecond, nowMs, steady.perSecond)),
    orders('bursts', new BurstPace(bursts, nowMs)),
    orders('quiet', new Pace(1000 / quiet.periodMs, nowMs, 1)),
  ];
}

function changesInTurn(ids: readonly string[], { lastSeqs, world }: OrderTrafficOptions): () => OrderChange {
  const orders: OrderState[] = ids.map((id) => orderAt(id, lastSeqs.get(id) ?? 0));
  let turn = 0;
  return () => {
    const index = turn % orders.length;
    turn += 1;
    const { change, state } = nextChange(orders[index] ?? orderAt(String(FIRST_ID), 0), world);
    orders[index] = state;
    return change;
  };
}
