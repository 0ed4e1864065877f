import type { LogEntry } from 'kafkajs';
import { wordsOfTimeout } from './kafka-connection-words.ts';
import type { Trouble } from './kafka-troubles.ts';

export interface ClientFacts {
  /** As kafkajs has been told, with what names who is asking; no secret. */
  readonly credentials: string;
  readonly mechanism: string | undefined;
  /** Undefined of one that reads in no group. */
  readonly groupPrefix: string | undefined;
}

/** Of what kafkajs says of the credentials: here the connection was lost, and nobody has looked at them. */
const LOST = /closed|not connected|connection|timed out/i;

/**
 * What kafkajs complains of, where it is an answer of Kafka's. Its texts are those of the pinned version: of the errors
 * themselves it shows no more than their texts, in its log.
 */
export function troubleOf(entry: LogEntry, facts: ClientFacts): Trouble | undefined {
  const { message, error, broker } = entry.log as { message: string; error?: unknown; broker?: string };
  const text = typeof error === 'string' ? `${message}: ${error}` : message;
  // kafkajs says most of it several times, and where it was only once.
  if (broker === undefined) return leaveTrouble(text, facts);
  if (message === 'Connection timeout') return { place: broker, words: wordsOfTimeout(broker) };
  return handshakeTrouble(text, broker, facts) ?? credentialsTrouble(text, broker, facts) ?? leaveTrouble(text, facts);
}

function handshakeTrouble(text: string, place: string, { mechanism }: ClientFacts): Trouble | undefined {
  if (text.includes('does not support the requested SASL mechanism')) {
    const words = `${place} does not offer ${mechanism} there (KAFKA_SASL_MECHANISM)`;
    return { place: 'credentials', words, isRefusal: true };
  }
  if (text.startsWith('Response SaslHandshake') && text.includes('current SASL state')) {
    const words = `${place} wants no credentials there: KAFKA_SASL_MECHANISM should not be set, or it is another port`;
    return { place: 'credentials', words, isRefusal: true };
  }
  return undefined;
}

function credentialsTrouble(text: string, place: string, { credentials }: ClientFacts): Trouble | undefined {
  const why = /^SASL .+ authentication failed: (.*)$/s.exec(text)?.[1];
  if (why === undefined || LOST.test(why)) return undefined;
  return { place: 'credentials', words: `${place} refuses ${credentials}: ${why}`, isRefusal: true };
}

/** What Kafka's ACLs do not allow. Which topic it is its metadata tells: see `describeTopics`. */
function leaveTrouble(text: string, { groupPrefix }: ClientFacts): Trouble | undefined {
  if (groupPrefix !== undefined && text.includes('Not authorized to access group')) {
    const words = `Kafka's ACLs allow no consumer group called "${groupPrefix}-…": Read is needed on groups with the prefix "${groupPrefix}"`;
    return { place: 'groups', words, isRefusal: true };
  }
  if (text.includes('Not authorized to access topics')) {
    return { place: 'topics', words: "Kafka's ACLs do not allow what was asked of one of the topics", isRefusal: true };
  }
  if (text.includes('Cluster authorization failed')) {
    return { place: 'cluster', words: "Kafka's ACLs do not allow what was asked of the cluster", isRefusal: true };
  }
  return undefined;
}
