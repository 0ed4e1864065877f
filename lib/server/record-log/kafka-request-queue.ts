// kafkajs's own queue in front of a connection; the version is pinned.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** kafkajs's own: how soon it looks again at what waits because too much is on its way. */
const PENDING_CHECK_MS = 10;
/** How much later than due a request is given up at most; kafkajs looks ten times a second at each connection. */
const TIMEOUT_CHECK_MS = 1_000;

/**
 * Lets connections rest on which nothing waits to be sent. kafkajs 2.2.4 looks at each of them once a millisecond for as
 * long as the process lives, throttled or not: timers that find nothing are most of what an idle pod takes. All that the
 * timer is for is what waits, and that has one as before.
 *
 * It holds for every client of this process. Repeatable.
 */
export function letRequestQueuesRest(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = schedulePendingCheck;
  RequestQueue.prototype.scheduleRequestTimeoutCheck = scheduleTimeoutCheck;
}

function schedulePendingCheck(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
  const throttledMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : PENDING_CHECK_MS,
  );
}

/** Called for each new connection. */
function scheduleTimeoutCheck(this: RequestQueue): void {
  if (!this.enforceRequestTimeout) return;
  this.destroy();
  this.requestTimeoutIntervalId = setInterval(
    () => {
      const now = Date.now();
      for (const request of this.inflight.values()) {
        if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
      }
      if (!this.isConnected()) this.destroy();
    },
    Math.min(this.requestTimeout, TIMEOUT_CHECK_MS),
  );
}
