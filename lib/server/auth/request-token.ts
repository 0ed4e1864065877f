import { HeaderName, TOKEN_MAX_CHARS } from '../../protocol/constants.ts';
import { unauthorized } from './unauthorized.ts';

/** RFC 6750, section 2.1; the scheme's name has no case. */
const BEARER = /^bearer(?: +(?<token>[\w.~+/-]+=*))?$/i;

/**
 * The token that a request carries: in `Authorization`, else in the cookie. Never in the URL, which ends in the logs
 * of every proxy on the way. What another scheme of `Authorization` says is for somebody else.
 *
 * @throws FeedlineError `unauthorized` where there is none, or which one is meant cannot be told
 */
export function readRequestToken(headers: Headers, cookieName: string): string {
  const token = readHeader(headers.get(HeaderName.authorization)) ?? readCookie(headers.get('cookie'), cookieName);
  if (token === undefined)
    throw unauthorized('missing', `Send a token, as a Bearer token or in the cookie "${cookieName}".`);
  if (token.length <= TOKEN_MAX_CHARS) return token;
  throw unauthorized('invalid', `The token is too long: at most ${TOKEN_MAX_CHARS} characters.`);
}

function readHeader(value: string | null): string | undefined {
  if (value === null || !/^bearer\b/i.test(value)) return undefined;
  const token = BEARER.exec(value)?.groups?.token;
  if (token !== undefined) return token;
  throw unauthorized('invalid', 'The Authorization header has no token behind "Bearer".');
}

/** Two cookies of one name are two answers to who calls: somebody else on a neighbouring domain may have set one. */
function readCookie(value: string | null, name: string): string | undefined {
  const found = (value ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (found.length > 1) throw unauthorized('invalid', `There are ${found.length} cookies called "${name}".`);
  return found[0] === '' ? undefined : found[0];
}
