import fc, { type Arbitrary } from 'fast-check';
import { IDS } from './fuzz-target.ts';
import type { RawRequest } from './raw-exchange.ts';
import { AUDIENCE, type Claims, claimsOf, hmacToken, ISSUER, inSeconds, unsignedToken } from './tokens.ts';

/** Tokens as anybody may send them, each with what it grants by PROTOCOL.md, told here without the server's own code. */

export interface Credential {
  readonly text: string;
  /** Keys of `IDS`. */
  readonly granted: readonly string[];
  /** Nothing is wrong with it, so that it has to be obeyed. */
  readonly isSound: boolean;
}

/** What a request carries. */
export interface Carried {
  readonly headers: RawRequest['headers'];
  readonly granted: readonly string[];
  /** Whether what is granted has to be given. */
  readonly isSound: boolean;
}

const COOKIE = 'feedline_token';
const NOTHING = { granted: [], isSound: false } as const;
/** All of what a header can carry, but the cookie's own separator, so that a case is of one cookie where it says so. */
const junk = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 40 })
  .map((text) => text.replace(/[;\u007f]/g, '.'));

/** As `hello` tells it: keys with control characters in hex. */
function idOf(key: string): string {
  return [...key].some((character) => character < ' ') ? `~x${Buffer.from(key).toString('hex')}` : key;
}

const id = fc.constantFrom(...IDS);
const goodGrants = (topic: string): Arbitrary<unknown> =>
  fc
    .tuple(
      fc.oneof(
        id.map((key) => ({ id: idOf(key) })),
        fc.tuple(id.map(idOf), fc.integer({ min: 1, max: 7 })).map(([text, end]) => ({ prefix: beginning(text, end) })),
        fc.constantFrom({ prefix: 'e' }, { prefix: '\u0301' }, { prefix: 'ORDER' }, { prefix: '~x' }, { prefix: '%' }),
        fc.constant({ all: true }),
      ),
      fc.constantFrom({}, {}, { topic }, { topic: 'other' }, { topic: '__proto__' }, { topic: `${topic} ` }),
    )
    .map(([grant, where]): unknown => ({ ...grant, ...where }));

/** By characters: half of one would be no text. */
const beginning = (text: string, end: number): string => [...text].slice(0, end).join('');

const badGrants = fc.oneof(
  fc.constantFrom<unknown>('', 0, null, true, [], ['order'], {}, { all: 1 }, { all: 'true' }, { prefix: '' }),
  fc.constantFrom<unknown>(
    { id: 'order', all: true },
    { prefix: ['order'] },
    { id: { all: true } },
    { prefix: '\ud83d' },
  ),
  fc.constantFrom<unknown>(JSON.parse('{"__proto__":{"all":true}}'), JSON.parse('{"constructor":{"all":true}}')),
  fc.constantFrom<unknown>({ all: true, topic: '' }, { all: true, topic: null }, { all: true, until: 1 }),
);

interface Said {
  readonly claims: Claims;
  readonly granted: readonly string[];
  readonly isSound: boolean;
}

function grantedBy(grants: readonly unknown[], topic: string): string[] {
  const fields = grants.map((grant) =>
    typeof grant === 'string' ? { id: grant } : (grant as Record<string, unknown>),
  );
  const here = fields.filter((each) => (each.topic ?? topic) === topic);
  return IDS.filter((key) =>
    here.some(({ id: one, prefix, all }) => one === idOf(key) || all === true || isBeginning(prefix, idOf(key))),
  );
}

const isBeginning = (prefix: unknown, text: string): boolean => typeof prefix === 'string' && text.startsWith(prefix);

function claimsArbitrary(topic: string): Arbitrary<Said> {
  const good = fc.array(fc.oneof(id.map(idOf), goodGrants(topic)), { maxLength: 6 });
  const sound = fc
    .tuple(
      good,
      fc.constantFrom<Claims>({}, { sub: undefined }, { sub: ['a'] }, { aud: ['x', AUDIENCE] }, { exp: 1e11 }),
    )
    .map(([feeds, more]) => ({ claims: claimsOf(feeds, more), granted: grantedBy(feeds, topic), isSound: true }));
  const strange = fc
    .tuple(
      good,
      fc.constantFrom<Claims>({ exp: 1e300 }, { exp: Number.MAX_VALUE }, { sub: 'a'.repeat(3_000) }, { nbf: 0 }),
    )
    .map(([feeds, more]) => ({ claims: claimsOf(feeds, more), granted: grantedBy(feeds, topic), isSound: false }));
  const refused = fc.oneof(
    fc.tuple(good, badGrants).map(([feeds, bad]) => claimsOf([...feeds, bad])),
    fc
      .constantFrom<unknown>('order', '*', null, { 0: 'order', length: 1 }, { all: true }, 5)
      .map((all) => claimsOf(all)),
    fc.constant(claimsOf(Array.from({ length: 5_000 }, () => ({ all: true })))),
    fc
      .constantFrom<Claims>(
        ...[{ exp: undefined }, { exp: '9e9' }, { exp: null }, { exp: -1 }, { exp: [9e9] }, { exp: inSeconds(-60) }],
        ...[
          { aud: undefined },
          { aud: 'other' },
          { aud: [] },
          { aud: { 0: AUDIENCE } },
          { iss: [ISSUER] },
          { iss: '' },
        ],
        ...[{ nbf: inSeconds(600) }, { nbf: 'now' }, { iat: 'then', nbf: {} }],
      )
      .map((more) => claimsOf([{ all: true }], more)),
  );
  return fc.oneof({ weight: 4, arbitrary: sound }, strange, {
    weight: 2,
    arbitrary: refused.map((claims) => ({ claims, ...NOTHING })),
  });
}

/** Tokens that this server's issuer has made, and such as only look like it. */
function credentialArbitrary(topic: string): Arbitrary<Credential> {
  const claims = claimsArbitrary(topic);
  const harmless = fc.constantFrom<Claims>({}, { typ: 'at+jwt' }, { typ: 7 }, { kid: '../../key' }, { kid: ['a'] });
  const hostile = fc.constantFrom<Claims>(
    ...[{ crit: ['exp'] }, { crit: [] }, { crit: ['b64'], b64: false }, { b64: false, crit: 'b64' }, { alg: 'none' }],
    ...[
      { alg: 'HS512' },
      { alg: 'RS256' },
      { alg: ['HS256'] },
      { alg: 'hs256' },
      { alg: undefined },
      { alg: '__proto__' },
    ],
  );
  const issued = fc.tuple(claims, harmless).map(([said, header]) => ({
    text: hmacToken(said.claims, { header }),
    granted: said.granted,
    isSound: said.isSound && Object.keys(header).length === 0,
  }));
  const forged = fc
    .oneof(
      fc.tuple(claims, hostile).map(([said, header]) => hmacToken(said.claims, { header })),
      fc
        .tuple(claims, fc.constantFrom('', ' ', 'a'.repeat(40), 'feedline'))
        .map(([said, secret]) => hmacToken(said.claims, { secret })),
      fc
        .tuple(claims, fc.constantFrom('none', 'None', '', 'HS256'))
        .map(([said, alg]) => unsignedToken(said.claims, alg)),
      fc.constantFrom('', '.', '..', '...', 'e30.e30.', 'a.b.c', 'undefined', 'null', 'a'.repeat(9_000)),
    )
    .map((text) => ({ text, ...NOTHING }));
  const changed = fc.tuple(issued, issued, fc.nat(400), fc.nat(2), junk).map(([from, other, at, way, put]) => {
    const place = at % from.text.length;
    const cut = [from.text.slice(0, place), from.text.slice(place)] as const;
    const texts = [cut[0], cut[0] + put.slice(0, 1) + cut[1].slice(1), splice(from.text, other.text, at % 4)] as const;
    const text = texts[way] ?? '';
    const same = [from, other].find((token) => isSame(token.text, text));
    return { text, granted: same?.granted ?? [], isSound: false };
  });
  return fc.oneof(
    { weight: 4, arbitrary: issued },
    { weight: 2, arbitrary: forged },
    { weight: 3, arbitrary: changed },
  );
}

function splice(text: string, other: string, parts: number): string {
  return [...text.split('.').slice(0, parts), ...other.split('.').slice(parts)].join('.');
}

/** The last character of base64url has bits to spare, and a decoder may pass over others: the bytes are what counts. */
function isSame(text: string, other: string): boolean {
  const [one, two] = [text, other].map((token) => {
    const [header, payload, signature, ...rest] = token.split('.');
    return [header, payload, Buffer.from(signature ?? '', 'base64url').toString('hex'), rest.length].join('.');
  });
  return one === two;
}

type Way = (first: Credential, second: Credential, put: string) => Carried;

const inHeader = (value: string): readonly [string, string] => ['Authorization', value];
const inCookie = (value: string): readonly [string, string] => ['Cookie', value];
const any = (...all: readonly Credential[]): Omit<Carried, 'headers'> => ({
  granted: all.flatMap(({ granted }) => granted),
  isSound: false,
});

const WAYS: readonly Way[] = [
  (one) => ({ ...one, headers: [inHeader(`Bearer ${one.text}`)] }),
  (one) => ({ ...one, headers: [inHeader(`bEARER   ${one.text}`)] }),
  (one) => ({ ...one, headers: [inCookie(`${COOKIE}=${one.text}`)] }),
  (one) => ({ ...one, headers: [inCookie(`a=b;${COOKIE}=${one.text};  c="d"`)] }),
  // The header wins.
  (one, two) => ({ ...any(one), headers: [inCookie(`${COOKIE}=${two.text}`), inHeader(`Bearer ${one.text}`)] }),
  (one, two) => ({ ...any(two), headers: [inHeader(`Basic ${one.text}`), inCookie(`${COOKIE}=${two.text}`)] }),
  (one, _, put) => ({ ...NOTHING, headers: [inHeader(`Bearer ${put}?`), inCookie(`${COOKIE}=${one.text}`)] }),
  // Two of one name.
  (one, two) => ({ ...NOTHING, headers: [inCookie(`${COOKIE}=${one.text}; ${COOKIE}=${two.text}`)] }),
  (one, two) => ({ ...NOTHING, headers: [inCookie(`${COOKIE}=${one.text}`), inCookie(`${COOKIE}=${two.text}`)] }),
  (one, two) => ({ ...NOTHING, headers: [inHeader(`Bearer ${one.text}, Bearer ${two.text}`)] }),
  (one, two) => ({ ...any(one, two), headers: [inHeader(`Bearer ${one.text}`), inHeader(`Bearer ${two.text}`)] }),
  // Not the name, or not the value.
  (one) => ({ ...NOTHING, headers: [inCookie(`${COOKIE.toUpperCase()}=${one.text}`)] }),
  (one) => ({ ...NOTHING, headers: [inCookie(`${COOKIE}="${one.text}"`)] }),
  (one) => ({ ...NOTHING, headers: [inCookie(`a=b, ${COOKIE}=${one.text}`)] }),
  (one) => ({ ...NOTHING, headers: [inHeader(`Basic ${one.text}`)] }),
  (one) => ({ ...NOTHING, headers: [['Proxy-Authorization', `Bearer ${one.text}`]] }),
  (one, _, put) => ({ ...NOTHING, headers: [inHeader(`${put}Bearer ${one.text}`.trim().replace(/^bearer/i, '_'))] }),
  (_, __, put) => ({ ...NOTHING, headers: [inHeader(put), inCookie(put)] }),
  (_, __, put) => ({ ...NOTHING, headers: [inHeader(`Bearer ${put}`), inCookie(`${COOKIE}=${put}`)] }),
  () => ({ ...NOTHING, headers: [] }),
];

export function carriedArbitrary(topic: string): Arbitrary<Carried> {
  const credential = credentialArbitrary(topic);
  const way = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...WAYS.slice(0, 4)) }, fc.constantFrom(...WAYS));
  return fc.tuple(way, credential, credential, junk).map(([carry, one, two, put]) => carry(one, two, put));
}
