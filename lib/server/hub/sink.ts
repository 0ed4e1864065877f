/**
 * Where a reader's bytes go. A sink takes what it is given, and says when it would rather take no more: a reader then
 * falls behind on its own, and reads on from its position once the sink has room.
 */
export interface Sink {
  /** True while more may be written. */
  readonly hasRoom: boolean;
  /** Takes whole events, and how many they are. Must not be called once closed. */
  write(bytes: Uint8Array, events: number): void;
  /** Ends it at once: what should have been written cannot be. */
  fail(reason: Error): void;
  /** The one listener that hears that there is room again. */
  onRoom: (() => void) | undefined;
}
