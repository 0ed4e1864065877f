/** Who calls, as far as anybody needs to know. */
export interface Caller {
  /** Names the token's holder, to count by; undefined with `AUTH=none`, where nobody is told from anybody. */
  readonly key: string | undefined;
  /** From then on nothing may be sent to it, ms since 1970; undefined where its right has no end. */
  readonly expiresAtMs: number | undefined;
  /** Whether it may watch this feed; of a topic that is not served, too, so that an answer tells nothing of that. */
  mayWatch(topic: string, id: string): boolean;
}

/** With `AUTH=none`: whoever reaches the port. */
export const ANYBODY: Caller = { key: undefined, expiresAtMs: undefined, mayWatch: () => true };
