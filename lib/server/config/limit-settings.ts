import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { list, whole } from './setting.ts';

/** What one client, one token and all of them together may hold and ask for. 0 is no limit, where that is allowed. */
export interface LimitConfig {
  /** Open streams and waiting polls of this pod. */
  readonly connections: number;
  readonly connectionsPerClient: number;
  readonly connectionsPerToken: number;
  readonly requestsPerS: number;
  /** How many requests a client that has been silent may make at once. */
  readonly requestBurst: number;
  readonly urlBytes: number;
  readonly headerBytes: number;
  /** How long a socket may take to send the headers of a request. */
  readonly headersTimeoutMs: number;
  /** Whose `X-Forwarded-For` counts. */
  readonly trustedProxies: BlockList;
}

/** Node's own limit (`http.maxHeaderSize`): what is larger never gets here. */
const NODE_HEADER_BYTES = 16_384;

const ADDRESS_MESSAGE = 'should be a list of addresses and networks such as 10.0.0.0/8,fd00::/8';

export const limitSettings = z.object({
  CONNECTIONS_MAX: whole(1, 1_000_000, 10_000),
  CLIENT_CONNECTIONS_MAX: whole(0, 1_000_000, 1_000),
  TOKEN_CONNECTIONS_MAX: whole(0, 1_000_000, 100),
  CLIENT_REQUESTS_PER_S: whole(0, 1_000_000, 100),
  CLIENT_REQUESTS_BURST: whole(1, 1_000_000, 1_000),
  URL_BYTES_MAX: whole(256, NODE_HEADER_BYTES, 8_192),
  HEADER_BYTES_MAX: whole(1_024, NODE_HEADER_BYTES, NODE_HEADER_BYTES),
  HEADERS_TIMEOUT_MS: whole(100, 600_000, 10_000),
  TRUSTED_PROXIES: list
    .default([])
    .refine((items) => items.every((item) => networkOf(item) !== undefined), { error: ADDRESS_MESSAGE })
    .transform(blockListOf),
});

type LimitSettings = z.infer<typeof limitSettings>;

export function limitConfigOf(env: LimitSettings): LimitConfig {
  return {
    connections: env.CONNECTIONS_MAX,
    connectionsPerClient: env.CLIENT_CONNECTIONS_MAX,
    connectionsPerToken: env.TOKEN_CONNECTIONS_MAX,
    requestsPerS: env.CLIENT_REQUESTS_PER_S,
    requestBurst: env.CLIENT_REQUESTS_BURST,
    urlBytes: env.URL_BYTES_MAX,
    headerBytes: env.HEADER_BYTES_MAX,
    headersTimeoutMs: env.HEADERS_TIMEOUT_MS,
    trustedProxies: env.TRUSTED_PROXIES,
  };
}

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Undefined where it is neither an address nor a network. */
function networkOf(item: string): Network | undefined {
  const [, address = '', prefix] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(item) ?? [];
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  if (version === 0 || Number(prefix ?? bits) > bits) return undefined;
  return { address, prefix: Number(prefix ?? bits), family: version === 4 ? 'ipv4' : 'ipv6' };
}

function blockListOf(items: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const network of items.map(networkOf)) {
    if (network !== undefined) networks.addSubnet(network.address, network.prefix, network.family);
  }
  return networks;
}
