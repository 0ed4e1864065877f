/** npm and the terminal both pass one Ctrl-C on, a few milliseconds apart: that is one wish, not two. */
const SAME_WISH_MS = 400;
/** A shell between npm and us dies of the SIGTERM that npm passes on, without passing it on itself. */
const ORPHAN_CHECK_MS = 250;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Shutdown {
  /** Aborted at the first SIGINT, SIGTERM or SIGHUP; its reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Takes the handlers away. */
  readonly dispose: () => void;
}

/** Turns the signals that end a program into an `AbortSignal`. `onSecond` is called when the wish is repeated. */
export function untilShutdown(onSecond: () => void = () => undefined): Shutdown {
  const controller = new AbortController();
  let firstAtMs = 0;
  const onSignal = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      firstAtMs = Date.now();
      controller.abort(name);
    } else if (Date.now() - firstAtMs > SAME_WISH_MS) {
      onSecond();
    }
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  const orphanCheck = watchParent(() => onSignal('SIGTERM'));
  const dispose = () => {
    clearInterval(orphanCheck);
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  return { signal: controller.signal, dispose };
}

/** Run by npm, the parent's end means that npm was ended; run by anything else, it may mean nothing. */
function watchParent(onEnd: () => void): NodeJS.Timeout | undefined {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onEnd();
  }, ORPHAN_CHECK_MS);
  return timer.unref();
}
