import type { EventName } from './constants.ts';

/** Media type of a stream (HTML Standard, section 9.2). */
export const SSE_CONTENT_TYPE = 'text/event-stream; charset=utf-8';

/**
 * A control event. `data` is JSON, which never holds a raw line break, and `id` is a cursor, which is plain ASCII: no
 * value can break the framing.
 */
export function controlEvent(name: EventName, data: object, id?: string): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return `${idLine}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Sets how long EventSource waits before it reconnects by itself. */
export function retryLine(retryMs: number): string {
  return `retry: ${retryMs}\n\n`;
}
