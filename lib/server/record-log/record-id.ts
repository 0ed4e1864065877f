import { hasFeedId } from '../../protocol/feed-id.ts';
import { FetchedRecord } from './fetched-record.ts';
import { jsonAt } from './json-at.ts';
import { type FeedIdRule, type LogRecord, type RecordId, WITHOUT_ID, type WithoutId } from './port.ts';

/** Chosen once for each topic: it is asked of every record that a pod reads. */
export function recordIdOf(rule: FeedIdRule): RecordId {
  switch (rule.in) {
    case 'key':
      return ({ key }) => checked(key);
    case 'header': {
      const name = Buffer.from(rule.name);
      return (record) => checked(lastHeader(record, rule.name, name));
    }
    case 'json': {
      const { path } = rule;
      return ({ value }) => idInJson(value, path);
    }
  }
}

/** Of every topic alike, the key. */
export function keyedTopics(): RecordId {
  return recordIdOf({ in: 'key' });
}

function checked(id: Buffer | null): Buffer | WithoutId {
  if (id === null) return WITHOUT_ID.absent;
  if (hasFeedId(id)) return id;
  return id.length === 0 ? WITHOUT_ID.empty : WITHOUT_ID.tooLong;
}

/** Of one that stands more than once the last value counts, as in Java's `lastHeader`. */
function lastHeader(record: LogRecord, name: string, nameBytes: Buffer): Buffer | null {
  if (record instanceof FetchedRecord) return record.lastHeader(nameBytes);
  const headers = record.headers ?? {};
  if (!Object.hasOwn(headers, name)) return null;
  const given = headers[name];
  const last = Array.isArray(given) ? given.at(-1) : given;
  return typeof last === 'string' ? Buffer.from(last) : (last ?? null);
}

function idInJson(value: Buffer | null, path: readonly string[]): Buffer | WithoutId {
  if (value === null) return WITHOUT_ID.absent;
  const found = jsonAt(value, path);
  switch (found.kind) {
    case 'text':
      // Half of a surrogate pair has no UTF-8: as bytes, all of them would be the same ID.
      return found.text.isWellFormed() ? checked(Buffer.from(found.text)) : WITHOUT_ID.otherType;
    case 'integer':
      return checked(Buffer.from(found.text));
    case 'nothing':
      return WITHOUT_ID.absent;
    case 'not-json':
      return WITHOUT_ID.notJson;
    case 'other':
      return WITHOUT_ID.otherType;
  }
}
