import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientOf } from './client-address.ts';

const trusted = new BlockList();
trusted.addSubnet('10.0.0.0', 8, 'ipv4');
trusted.addSubnet('fd00::', 8, 'ipv6');

const of = (peer: string | undefined, forwarded?: string): string | undefined => clientOf(peer, forwarded, trusted);

describe('whose request it is', () => {
  it('is the peer’s, whatever it says itself', () => {
    expect(of('203.0.113.7')).toBe('203.0.113.7');
    expect(of('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7');
    expect(of('203.0.113.7', '10.0.0.1, 10.0.0.2')).toBe('203.0.113.7');
  });

  it('is told by a trusted proxy, of what it was asked from itself and of no more', () => {
    expect(of('10.0.0.1', '203.0.113.7')).toBe('203.0.113.7');
    expect(of('10.0.0.1', '192.0.2.1, 203.0.113.7')).toBe('203.0.113.7');
    expect(of('10.0.0.1', '10.9.9.9, 192.0.2.1, 203.0.113.7')).toBe('203.0.113.7');
  });

  it('is found behind any number of trusted proxies, and is the farthest of them where there is nobody else', () => {
    expect(of('10.0.0.1', '192.0.2.1, 203.0.113.7, 10.0.0.3, 10.0.0.2')).toBe('203.0.113.7');
    expect(of('fd00::1', '203.0.113.7,10.0.0.2')).toBe('203.0.113.7');
    expect(of('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3');
    expect(of('10.0.0.1')).toBe('10.0.0.1');
  });

  it('is the proxy’s that has passed on what is no address', () => {
    for (const garbage of ['', ' ', 'unknown', '_hidden', '1.2.3', '1.2.3.4.5', '999.1.1.1', '::g', '"1.2.3.4', '-']) {
      expect(of('10.0.0.1', garbage), garbage).toBe('10.0.0.1');
      expect(of('10.0.0.1', `203.0.113.7, ${garbage}, 10.0.0.2`), garbage).toBe('10.0.0.2');
    }
  });

  it('is read with a port too, as some proxies write it', () => {
    expect(of('10.0.0.1', '203.0.113.7:4711')).toBe('203.0.113.7');
    expect(of('10.0.0.1', '[2001:db8::1]:4711')).toBe('2001:db8:0:0::/64');
    expect(of('10.0.0.1', '[2001:db8::1]')).toBe('2001:db8:0:0::/64');
  });

  it('is the same however an IPv4 address is written', () => {
    expect(of('::ffff:203.0.113.7')).toBe('203.0.113.7');
    expect(of('::FFFF:cb00:7107')).toBe('203.0.113.7');
    expect(of('::ffff:10.0.0.1', '::ffff:203.0.113.7')).toBe('203.0.113.7');
  });

  it('is a /64 of IPv6: all addresses of one customer are one client', () => {
    const key = of('2001:db8:1:2::1');
    expect(of('2001:0db8:0001:0002:ffff:ffff:ffff:ffff')).toBe(key);
    expect(of('2001:db8:1:2:3:4:192.0.2.1')).toBe(key);
    expect(of('fe80::1%eth0')).toBe(of('fe80::2'));
    expect(of('2001:db8:1:3::1')).not.toBe(key);
    expect(of('::1')).toBe('0:0:0:0::/64');
  });

  it('is not known without a peer, whatever the header says', () => {
    expect(of(undefined, '203.0.113.7')).toBeUndefined();
    expect(of('not an address', '203.0.113.7')).toBeUndefined();
  });

  it('cannot be chosen by anyone who is not trusted, with any header at all', () => {
    const piece = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string(),
      fc.constantFrom('10.0.0.9', ',', '::ffff:', 'fd00::9', ''),
    );
    const header = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(','));
    fc.assert(
      fc.property(header, (text) => {
        expect(of('203.0.113.7', text)).toBe('203.0.113.7');
        // A proxy that adds where it was asked from: what the client has sent before that does not matter.
        expect(of('10.0.0.1', `${text}, 203.0.113.7`)).toBe('203.0.113.7');
        expect(typeof of('10.0.0.1', text)).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the /64 that the platform finds too, for any IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const key = of(address) ?? '';
        const network = new BlockList();
        if (key.endsWith('/64')) network.addSubnet(key.replace('::/64', '::'), 64, 'ipv6');
        else network.addAddress(key, 'ipv4');
        expect(network.check(address, 'ipv6'), `${address} ${key}`).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
