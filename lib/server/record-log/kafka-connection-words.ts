import type { ConnectionPhase } from './kafka-socket.ts';

/** Whose connection it was. */
export interface ConnectionFacts {
  /** Host and port. */
  readonly place: string;
  /** Whether KAFKA_BROKERS names it; else Kafka has, when it was asked for its brokers. */
  readonly isOwnWord: boolean;
  readonly hasTls: boolean;
  readonly hasClientCertificate: boolean;
  readonly hasSasl: boolean;
}

const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
]);
/** What a server that speaks no TLS makes of it: its first bytes mean nothing. */
const NO_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO']);
/** What a server says of a client's certificate: of none, or of one that it does not like. */
const CLIENT_CERTIFICATE =
  /^ERR_SSL_(TLSV13_ALERT_CERTIFICATE_REQUIRED|(SSLV3|TLSV1)_ALERT_(BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED))$/;

export function wordsOfError(
  error: NodeJS.ErrnoException,
  phase: ConnectionPhase,
  about: ConnectionFacts,
): string | undefined {
  const code = error.code ?? error.message;
  if (phase === 'connecting') return wordsOfConnecting(code, about);
  if (about.hasTls) {
    const words = wordsOfTls(error, code, about);
    if (words !== undefined) return words;
  }
  return wordsOfEnd(phase, about) ?? `the connection to ${about.place} was lost (${code})`;
}

/** It was closed at the other end, without an error. */
export function wordsOfEnd(phase: ConnectionPhase, about: ConnectionFacts): string | undefined {
  const { place, hasTls, hasSasl } = about;
  switch (phase) {
    case 'connecting':
    case 'talking':
      return undefined;
    case 'open':
      return hasTls
        ? `${place} has ended the TLS handshake: it may speak no TLS there (KAFKA_TLS=0, or another port)`
        : `${place} has ended the connection without an answer: it may want TLS there (KAFKA_TLS=1)`;
    case 'secure':
      return `${place} has ended the connection behind the TLS handshake, without an answer`;
    case 'greeted':
      return hasSasl
        ? undefined
        : `${place} has ended the connection behind its first answer: it may want credentials (KAFKA_SASL_MECHANISM)`;
  }
}

/** What came in plain text was of TLS. */
export function wordsOfTlsAnswer({ place }: ConnectionFacts): string {
  return `${place} speaks TLS there (KAFKA_TLS=1)`;
}

export function wordsOfTimeout(place: string): string {
  return `${place} does not answer (timed out): it is away, or a firewall is before it`;
}

export function wordsOfSilence(place: string): string {
  return `${place} has taken the connection and does not answer (timed out): it may be no Kafka, or want TLS (KAFKA_TLS=1)`;
}

function wordsOfConnecting(code: string, { place, isOwnWord }: ConnectionFacts): string {
  // Kafka tells every client at which addresses its brokers are.
  const named = isOwnWord ? '' : ', which Kafka itself has named (its advertised.listeners)';
  switch (code) {
    case 'ENOTFOUND':
      return `no host has the name in ${place}${named} (DNS: ENOTFOUND)`;
    case 'EAI_AGAIN':
      return `nobody can be asked for the host in ${place}${named} (DNS: EAI_AGAIN)`;
    case 'ECONNREFUSED':
      return `nothing listens at ${place}${named} (ECONNREFUSED)`;
    case 'ETIMEDOUT':
      return wordsOfTimeout(`${place}${named}`);
    default:
      return `${place}${named} cannot be reached (${code})`;
  }
}

function wordsOfTls(error: Error, code: string, { place, hasClientCertificate }: ConnectionFacts): string | undefined {
  if (UNTRUSTED.has(code)) {
    return `the certificate of ${place} is signed by nobody who is trusted here (${code}): KAFKA_TLS_CA_FILE should hold who has signed it`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const reason = 'reason' in error ? `: ${error.reason}` : '';
    return `the certificate of ${place} is of another name${reason}`;
  }
  if (code === 'CERT_HAS_EXPIRED') return `the certificate of ${place} has expired (${code})`;
  if (code === 'CERT_NOT_YET_VALID') return `the certificate of ${place} is not valid yet (${code}), by the clock here`;
  if (CLIENT_CERTIFICATE.test(code)) {
    return hasClientCertificate
      ? `${place} does not take the client certificate in KAFKA_TLS_CERT_FILE (${code})`
      : `${place} wants a client certificate (KAFKA_TLS_CERT_FILE, KAFKA_TLS_KEY_FILE; ${code})`;
  }
  if (NO_TLS.has(code)) return `${place} speaks no TLS there (${code}): KAFKA_TLS=0, or another port`;
  return code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') ? `TLS with ${place} fails (${code})` : undefined;
}
