import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { HeaderName, QueryName } from '#lib/protocol/constants.ts';
import { ORDER_FRESH_MS } from '#lib/protocol/control.ts';
import { followOrders } from '#scripts/demo/fault-orders.ts';
import { LOOPBACK } from '#scripts/process/ports.ts';

test('a pod that reads nothing keeps no question until an order is too old to be obeyed: another pod is asked before', async () => {
  const waits: number[] = [];
  const server = createServer((request, response) => {
    waits.push(Number(new URL(request.url ?? '', 'http://pod').searchParams.get(QueryName.waitMs)));
    response.writeHead(204, { [HeaderName.cursor]: 'here' }).end();
  }).listen(0, LOOPBACK);
  await once(server, 'listening');
  const life = new AbortController();
  const following = followOrders(`http://${LOOPBACK}:${(server.address() as AddressInfo).port}`, life.signal, vi.fn());
  await vi.waitFor(() => expect(waits.length).toBeGreaterThan(1));
  life.abort();
  await following;
  server.close();
  expect(waits[0]).toBe(0);
  expect(waits[1]).toBeGreaterThan(0);
  expect(waits[1]).toBeLessThan(ORDER_FRESH_MS / 5);
});
