import type { IncomingMessage, ServerResponse } from 'node:http';

/** When a connection is cut, ms; `undefined` is never. */
export interface CutLimits {
  readonly idleCutMs?: number | undefined;
  readonly ageCutMs?: number | undefined;
}

export type CutReason = 'idle' | 'age';

/** One request on its way through, with the two clocks that may end it. */
export class Exchange {
  readonly #socket: IncomingMessage['socket'];
  readonly #timers = new Map<CutReason, NodeJS.Timeout>();
  readonly #onCut: (reason: CutReason) => void;

  constructor(request: IncomingMessage, limits: CutLimits, onCut: (reason: CutReason) => void) {
    this.#socket = request.socket;
    this.#onCut = onCut;
    this.#cutAfter('idle', limits.idleCutMs);
    this.#cutAfter('age', limits.ageCutMs);
  }

  /** The pod's answer begins: its headers leave now, and each part of it is a sign of life. */
  answered(answer: IncomingMessage, response: ServerResponse): void {
    const idle = this.#timers.get('idle');
    if (idle !== undefined) {
      idle.refresh();
      answer.on('data', () => idle.refresh());
    }
    // How long a connection is kept is agreed between its two ends, and we are another end than the pod.
    delete answer.headers.connection;
    // The library has copied the headers by then; without this they would wait for the first byte of the body.
    queueMicrotask(() => {
      if (response.headersSent || response.destroyed) return;
      response.removeHeader('keep-alive');
      response.flushHeaders();
    });
  }

  /** Stops the clocks. */
  end(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #cutAfter(reason: CutReason, delayMs: number | undefined): void {
    if (delayMs === undefined) return;
    const cut = (): void => {
      this.#onCut(reason);
      // As a real balancer does it: the body is left without an end, so that the client cannot take it for whole.
      this.#socket.destroy();
    };
    this.#timers.set(reason, setTimeout(cut, delayMs));
  }
}
