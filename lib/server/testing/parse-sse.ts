/** An event as an EventSource would dispatch it. */
export interface ParsedEvent {
  readonly name: string;
  readonly data: string;
  /** The last event ID at that point, which later events without one inherit. */
  readonly id: string;
}

/**
 * Reads a whole stream as the HTML Standard says (section 9.2.6), written from it line by line, so that our encoding
 * is judged by something other than itself.
 */
export function parseSse(text: string): ParsedEvent[] {
  const parser = new SseParser();
  return parser.push(text);
}

/** The same for a stream that arrives in pieces. */
export class SseParser {
  #rest = '';
  #id = '';
  #name = '';
  #data: string[] = [];

  push(text: string): ParsedEvent[] {
    const events: ParsedEvent[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') this.#dispatch(events);
      else this.#field(line);
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#name = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
  }

  #dispatch(events: ParsedEvent[]): void {
    if (this.#data.length > 0)
      events.push({ name: this.#name || 'message', data: this.#data.join('\n'), id: this.#id });
    this.#data = [];
    this.#name = '';
  }
}
