import { type BlockList, isIP } from 'node:net';

/** Beyond that many proxies on the way, the farthest is taken for the client. */
const HOPS_MAX = 20;

/** The 16-bit groups of an IPv6 address that a provider gives to one customer, at least. */
const CUSTOMER_GROUPS = 4;

/**
 * Whose request it is, as limits count: an IPv4 address, or the /64 of an IPv6 one, since a customer has at least
 * that many. Undefined where the peer's address is not known.
 *
 * `X-Forwarded-For` is read from the right, each proxy having added the address that it was asked from, and only as
 * long as who has added it is trusted: what stands further left anybody may have written. Where a trusted proxy has
 * passed something on that is no address, the proxy itself counts as the client.
 *
 * @param peer address of the socket's other end
 * @param forwarded all of the header, in one text
 */
export function clientOf(
  peer: string | undefined,
  forwarded: string | undefined,
  trusted: BlockList,
): string | undefined {
  let address = peer === undefined ? undefined : plainAddress(peer);
  if (address === undefined) return undefined;
  const hops = forwarded === undefined ? [] : forwarded.split(',').slice(-HOPS_MAX).reverse();
  for (const hop of hops) {
    if (!isTrusted(address, trusted)) break;
    const next = plainAddress(withoutPort(hop.trim()));
    if (next === undefined) break;
    address = next;
  }
  return keyOf(address);
}

/** Whether the header of this peer counts. */
export function isTrusted(address: string, trusted: BlockList): boolean {
  const plain = plainAddress(address);
  return plain !== undefined && trusted.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv4 address that is written as IPv6 is that IPv4 address; a zone (`%eth0`) is no part of an address. */
function plainAddress(text: string): string | undefined {
  const address = text.split('%', 1)[0] ?? '';
  const version = isIP(address);
  if (version === 4) return address;
  if (version === 0) return undefined;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? ipv4Of(groups[6] ?? 0, groups[7] ?? 0) : address;
}

function keyOf(address: string): string {
  if (isIP(address) === 4) return address;
  const network = groupsOf(address).slice(0, CUSTOMER_GROUPS);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

/** `203.0.113.7:4711` and `[2001:db8::1]:4711` are what some proxies write. */
function withoutPort(hop: string): string {
  const [, bracketed, ipv4] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(hop) ?? [];
  return bracketed ?? ipv4 ?? hop;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [left = '', right] = withHexTail(address).split('::');
  const head = numbersOf(left);
  if (right === undefined) return head;
  const tail = numbersOf(right);
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function numbersOf(part: string): number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
}

/** The last 32 bits may be written as IPv4. */
function withHexTail(address: string): string {
  const at = address.lastIndexOf(':') + 1;
  const tail = address.slice(at);
  if (!tail.includes('.')) return address;
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number);
  return `${address.slice(0, at)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
