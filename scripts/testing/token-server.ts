import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '#scripts/process/ports.ts';

const KEY_ID = 'test';
const LIFE_S = 600;

export interface TokenRequest {
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}

/** A token endpoint of OAuth 2.0 (client credentials), whose tokens are JWTs that its JWKS can check. */
export class TokenServer {
  readonly url: string;
  readonly jwks: object;
  readonly requests: TokenRequest[] = [];
  /** The claim that the next tokens get; others than Kafka expects are refused. */
  audience: string;
  readonly #server: Server;
  readonly #key: KeyObject;

  private constructor(server: Server, key: KeyObject, jwks: object, audience: string) {
    this.#server = server;
    this.#key = key;
    this.jwks = jwks;
    this.audience = audience;
    this.url = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/token`;
  }

  /** Knows the client `feedline` with the secret `open sesame`, and gives it tokens of the user `token`. */
  static async start(audience: string): Promise<TokenServer> {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }] };
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
    const tokens = new TokenServer(server, privateKey, jwks, audience);
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void tokens.#answer(request, response),
    );
    return tokens;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization } = request.headers;
    this.requests.push({ authorization, form: new URLSearchParams(Buffer.concat(chunks).toString()) });
    const known = `Basic ${Buffer.from('feedline:open+sesame').toString('base64')}`;
    const isKnown = authorization === known;
    const body = isKnown
      ? { access_token: this.#token(), token_type: 'Bearer', expires_in: LIFE_S }
      : { error: 'invalid_client', error_description: 'The secret is wrong.' };
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #token(): string {
    const nowS = Math.floor(Date.now() / 1_000);
    const claims = { sub: 'token', aud: this.audience, iat: nowS, exp: nowS + LIFE_S };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })}.${part(claims)}`;
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), this.#key).toString('base64url')}`;
  }
}
