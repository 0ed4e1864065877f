/** Parses what is told over the control topic, for all who hear it. What is not what it should be gives null. */
import { RecordLogKind } from './constants.ts';
import {
  FAULT_FOR_MS,
  FAULT_STATES,
  type FaultOrder,
  type FaultOutcome,
  POD_ABILITIES,
  type PodFault,
  type PodStatus,
} from './control.ts';
import { asFields, asNumber, asOneOf, asText, type Fields } from './fields.ts';

const STATUSES = ['ready', 'starting', 'degraded', 'wedged', 'draining'] as const;
const POD_NAME = /^[\w.-]{1,64}$/;

/** A fault of a kind that is known, with all it takes. */
export function parsePodFault(value: unknown): PodFault | null {
  const fields = asFields(value);
  const pod = POD_NAME.test(asText(fields?.pod)) ? asText(fields?.pod) : null;
  const forMs = asFaultTime(fields?.forMs);
  switch (fields?.kind) {
    case 'kill-pod':
      return pod === null ? null : { kind: 'kill-pod', pod };
    case 'stop-consumer':
      return pod === null || forMs === null ? null : { kind: 'stop-consumer', pod, forMs };
    case 'kill-broker':
      return forMs === null ? null : { kind: 'kill-broker', forMs };
    default:
      return null;
  }
}

export function parseFaultOrder(value: unknown): FaultOrder | null {
  const fields = asFields(value);
  const id = asText(fields?.id);
  const atMs = asNumber(fields?.atMs);
  const fault = parsePodFault(fields?.fault);
  return id === '' || atMs === null || fault === null ? null : { id, atMs, fault };
}

export function parseFaultOutcome(value: unknown): FaultOutcome | null {
  const fields = asFields(value);
  const id = asText(fields?.id);
  const state = asOneOf(FAULT_STATES, fields?.state);
  const atMs = asNumber(fields?.atMs);
  const fault = parsePodFault(fields?.fault);
  if (id === '' || state === null || atMs === null || fault === null) return null;
  return { id, fault, state, atMs, by: asText(fields?.by), words: asText(fields?.words) };
}

export function parsePodStatus(value: unknown): PodStatus | null {
  const fields = asFields(value);
  const recordLog = parseRecordLog(asFields(fields?.recordLog));
  const hub = asCounts(['feeds', 'readers', 'ringBytes'], fields?.hub);
  const transports = asCounts(['streams', 'pollsWaiting', 'catchingUp', 'rotations'], fields?.transports);
  const process = asCounts(['eventLoopDelayP99Ms', 'rssBytes', 'heapBytes'], fields?.process);
  const status = asOneOf(STATUSES, fields?.status);
  const atMs = asNumber(fields?.atMs);
  const startedAtMs = asNumber(fields?.startedAtMs);
  const pod = asText(fields?.pod);
  if (fields === null || pod === '' || atMs === null || startedAtMs === null || status === null) return null;
  if (recordLog === null || hub === null || transports === null || process === null) return null;
  const { abilities } = fields;
  return {
    pod,
    atMs,
    status,
    ready: fields.ready === true,
    live: fields.live === true,
    reason: asText(fields.reason),
    startedAtMs,
    uptimeMs: asNumber(fields.uptimeMs) ?? 0,
    recordLog,
    hub,
    transports,
    process,
    draining: fields.draining === true,
    abilities: POD_ABILITIES.filter((ability) => Array.isArray(abilities) && abilities.includes(ability)),
  };
}

function parseRecordLog(fields: Fields | null): PodStatus['recordLog'] | null {
  const kind = asOneOf(Object.values(RecordLogKind), fields?.kind);
  if (fields === null || kind === null) return null;
  const { lagRecords, lastRecordAgeMs } = fields;
  return {
    kind,
    connected: fields.connected === true,
    lagRecords: asNumber(lagRecords),
    lastRecordAgeMs: asNumber(lastRecordAgeMs),
  };
}

/** All of these as numbers, or null. */
function asCounts<const Name extends string>(
  names: readonly Name[],
  value: unknown,
): Readonly<Record<Name, number>> | null {
  const fields = asFields(value);
  const counts = names.map((name) => [name, asNumber(fields?.[name])] as const);
  if (counts.some(([, count]) => count === null)) return null;
  return Object.fromEntries(counts) as Record<Name, number>;
}

function asFaultTime(value: unknown): number | null {
  const ms = asNumber(value);
  return ms !== null && ms >= FAULT_FOR_MS.least && ms <= FAULT_FOR_MS.most ? ms : null;
}
