/** What happens to an order, again and again: the last status is followed by the first one of a new purchase. */
export const ORDER_STATUSES = [
  'placed',
  'paid',
  'packed',
  'handed over',
  'on its way',
  'out for delivery',
  'delivered',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** One change of one order: the value of a record, as JSON. */
export interface OrderChange {
  readonly id: string;
  /** Counts the changes of this ID: 1, 2, 3 …, so that loss and repetition can be measured. */
  readonly seq: number;
  /** The producer's clock when the change happened, in ms since 1970. */
  readonly producedAtMs: number;
  readonly status: OrderStatus;
  /** The sum of the order, in euros. */
  readonly total: number;
  /** Where the parcel is. */
  readonly city: string;
  readonly note: string;
}

/** What an order has come to. Between changes, this is all that is kept. */
export interface OrderState {
  readonly id: string;
  readonly seq: number;
  readonly status: OrderStatus | undefined;
  readonly total: number;
  readonly city: string;
}

/** The world, as far as an order's life needs it. */
export interface OrderWorld {
  /** From 0 up to, but not with, 1. */
  readonly random: () => number;
  readonly nowMs: () => number;
}

const CITIES = [
  'Lisbon',
  'Porto',
  'Madrid',
  'Lyon',
  'Paris',
  'Brussels',
  'Cologne',
  'Hamburg',
  'Copenhagen',
  'Oslo',
] as const;
const WAREHOUSE = CITIES[0];

const NOTES: Readonly<Record<OrderStatus, readonly [string, ...string[]]>> = {
  placed: ['Order received', 'Order received from the app', 'Order received from the shop'],
  paid: ['Payment confirmed', 'Paid by card', 'Paid by transfer'],
  packed: ['Packed in one parcel', 'Packed and weighed', 'Gift-wrapped'],
  'handed over': ['Handed over to the carrier', 'Picked up by the carrier'],
  'on its way': ['Sorted at the hub', 'Loaded on the train', 'Loaded on the night van', 'Changed trucks'],
  'out for delivery': ['With the courier', 'Ten stops away', 'Next stop'],
  delivered: ['Left at the door', 'Handed to a neighbour', 'Signed for'],
};

/** How likely a parcel on its way moves on to the next city, rather than out for delivery. */
const MOVE_ON_SHARE = 0.6;

/** An order that has `seq` changes behind it: 0 for a new one. A life that goes on starts at a new purchase. */
export function orderAt(id: string, seq: number): OrderState {
  return { id, seq, status: undefined, total: 0, city: WAREHOUSE };
}

/** The next change of an order, and the state after it. Pure: the same world gives the same life. */
export function nextChange(
  state: OrderState,
  world: OrderWorld,
): { readonly change: OrderChange; readonly state: OrderState } {
  const status = nextStatus(state, world);
  const isNew = status === 'placed';
  const next: OrderState = {
    id: state.id,
    seq: state.seq + 1,
    status,
    total: isNew ? newTotal(world) : state.total,
    city: isNew ? WAREHOUSE : nextCity(state, status, world),
  };
  const { id, seq, total, city } = next;
  // In this order: where a line is short, what has happened is seen.
  const change = { id, seq, status, total, city, note: pick(NOTES[status], world), producedAtMs: world.nowMs() };
  return { change, state: next };
}

function nextStatus({ status }: OrderState, world: OrderWorld): OrderStatus {
  if (status === undefined) return 'placed';
  if (status === 'on its way' && world.random() < MOVE_ON_SHARE) return status;
  return ORDER_STATUSES[ORDER_STATUSES.indexOf(status) + 1] ?? 'placed';
}

function nextCity({ city }: OrderState, status: OrderStatus, world: OrderWorld): string {
  if (status !== 'on its way') return city;
  return pick(CITIES, world);
}

function newTotal(world: OrderWorld): number {
  return Math.round((5 + world.random() * 245) * 100) / 100;
}

function pick<T>(choices: readonly [T, ...T[]], world: OrderWorld): T {
  return choices[Math.floor(world.random() * choices.length)] ?? choices[0];
}
