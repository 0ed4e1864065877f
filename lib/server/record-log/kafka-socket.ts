/** The connections to the brokers, watched from their first packet on: what fails there kafkajs tells in no words. */
import { connect, isIP, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { KafkaSecurity, KafkaTls } from '../config/kafka-security-settings.ts';
import { wordsOfEnd, wordsOfError, wordsOfSilence, wordsOfTlsAnswer } from './kafka-connection-words.ts';
import type { KafkaTroubles } from './kafka-troubles.ts';

const KEEP_ALIVE_MS = 60_000;
/** kafkajs asks something at once over each connection, and waits three times as long for the answer. */
const SILENCE_MS = 3_000;
/** First bytes of what a server says that speaks TLS: an alert, or a handshake; and TLS's major version. */
const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR_VERSION = 3;

/** How far a connection has come. */
export type ConnectionPhase = 'connecting' | 'open' | 'secure' | 'greeted' | 'talking';

export interface SocketFactoryOptions {
  readonly brokers: readonly string[];
  readonly security: KafkaSecurity;
  readonly troubles: KafkaTroubles;
}

export function kafkaSocketFactory(options: SocketFactoryOptions): ISocketFactory {
  const { tls } = options.security;
  const secureContext = tls && secureContextOf(tls);
  return ({ host, port, onConnect }) => {
    const socket =
      tls === undefined
        ? connect({ host, port }, onConnect)
        : tlsConnect({ host, port, secureContext, ...nameOf(host, tls) }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    watch(socket, `${host}:${port}`, options);
    return socket;
  };
}

function secureContextOf({ ca, client }: KafkaTls): SecureContext {
  return createSecureContext({ ...(ca !== undefined && { ca }), ...client });
}

/** Node checks the name by itself; of an address there is none to ask for. */
function nameOf(host: string, { isNameChecked }: KafkaTls): object {
  return {
    ...(isIP(host) === 0 && { servername: host }),
    ...(!isNameChecked && { checkServerIdentity: () => undefined }),
  };
}

function watch(socket: Socket | TLSSocket, place: string, { brokers, security, troubles }: SocketFactoryOptions): void {
  const about = {
    place,
    isOwnWord: brokers.includes(place),
    hasTls: security.tls !== undefined,
    hasClientCertificate: security.tls?.client !== undefined,
    hasSasl: security.sasl !== undefined,
  };
  let phase: ConnectionPhase = 'connecting';
  const tell = (words: string | undefined): void => {
    if (words !== undefined) troubles.tell({ place, words });
  };
  const silence = setTimeout(() => {
    if (phase !== 'connecting') tell(wordsOfSilence(place));
  }, SILENCE_MS);
  socket.once('close', () => clearTimeout(silence));
  socket.once('connect', () => {
    phase = 'open';
    silence.refresh();
  });
  socket.once('secureConnect', () => {
    phase = 'secure';
  });
  socket.once('data', (bytes: Buffer) => {
    clearTimeout(silence);
    if (!about.hasTls && isTls(bytes)) return tell(wordsOfTlsAnswer(about));
    phase = 'greeted';
    troubles.passed(place);
    socket.once('data', () => {
      phase = 'talking';
    });
  });
  socket.on('error', (error: NodeJS.ErrnoException) => tell(wordsOfError(error, phase, about)));
  socket.once('end', () => {
    // Where we have hung up ourselves, it was not Kafka.
    if (!socket.writableEnded) tell(wordsOfEnd(phase, about));
  });
}

function isTls(bytes: Buffer): boolean {
  return (bytes[0] === TLS_ALERT || bytes[0] === TLS_HANDSHAKE) && bytes[1] === TLS_MAJOR_VERSION;
}
