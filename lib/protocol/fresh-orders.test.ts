import { describe, expect, it } from 'vitest';
import { ORDER_FRESH_MS } from './control.ts';
import { FreshOrders } from './fresh-orders.ts';

const fault = { kind: 'kill-pod', pod: 'pod-1' } as const;

describe('orders to be obeyed', () => {
  it('are each obeyed once, however often they are sent', () => {
    const orders = new FreshOrders();
    expect(orders.take({ id: 'a', atMs: 1_000, fault }, 1_010)).toBe(true);
    expect(orders.take({ id: 'a', atMs: 1_250, fault }, 1_260)).toBe(false);
    expect(orders.take({ id: 'b', atMs: 1_250, fault }, 1_260)).toBe(true);
  });

  it('are not old ones; another machine’s clock may be ahead, and what it asks twice is done once too', () => {
    const orders = new FreshOrders();
    expect(orders.take({ id: 'a', atMs: 0, fault }, ORDER_FRESH_MS)).toBe(false);
    expect(orders.take({ id: 'a', atMs: 1, fault }, ORDER_FRESH_MS)).toBe(true);
    const aheadMs = 5 * ORDER_FRESH_MS;
    expect(orders.take({ id: 'b', atMs: aheadMs, fault }, 0)).toBe(true);
    expect(orders.take({ id: 'b', atMs: aheadMs, fault }, aheadMs - 1)).toBe(false);
  });
});
