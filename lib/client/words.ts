/** What states and gaps are called on screen and when read aloud. */
import type { GapReason, GapResume } from '#lib/protocol/constants.ts';
import type { CloseReason, Connection } from './connection-state.ts';
import { formatCount, formatMs, formatOutage, formatSeconds } from './format.ts';
import type { Resume } from './resume-log.ts';

const CLOSE_WORDS: Record<CloseReason, string> = {
  done: 'done',
  stopped: 'stopped',
  failed: 'failed',
  hidden: 'tab hidden',
};

/** The badge's words; `latencyMs` is shown while live. */
export function connectionWords(connection: Connection, nowMs: number, latencyMs: number | null): string {
  switch (connection.state) {
    case 'connecting':
      return 'Connecting…';
    case 'live':
      return latencyMs === null ? 'Live' : `Live · ${formatMs(latencyMs)}`;
    case 'stale':
      return `No signal for ${formatSeconds(nowMs - connection.lastHeardAtMs)}`;
    case 'reconnecting':
      return `Reconnecting · try ${Math.max(1, connection.attempt)}${retryWords(connection, nowMs)}`;
    case 'closed':
      return `Closed: ${CLOSE_WORDS[connection.closeReason ?? 'stopped']}`;
  }
}

function retryWords({ retryAtMs }: Connection, nowMs: number): string {
  const leftMs = (retryAtMs ?? 0) - nowMs;
  return leftMs > 0 ? ` in ${Math.ceil(leftMs / 1000)} s` : '…';
}

/** What is read aloud when a connection comes into its state; null for what is not worth a word. */
export function connectionAnnouncement(connection: Connection): string | null {
  switch (connection.state) {
    case 'connecting':
      return null;
    case 'live':
      return 'Connected';
    case 'stale':
      return 'No signal from the server';
    case 'reconnecting':
      return 'Connection lost, reconnecting';
    case 'closed':
      return `Connection closed: ${CLOSE_WORDS[connection.closeReason ?? 'stopped']}`;
  }
}

/** What a connection's state means for who watches the feed, as a sentence. */
export function connectionSentence({ state, closeReason }: Connection): string {
  switch (state) {
    case 'connecting':
      return 'Connecting: the server has not said yet where the feed stands.';
    case 'live':
      return 'Live: each event shows as it comes.';
    case 'stale':
      return 'No signal: what is shown may be old. If it stays silent, the page connects anew.';
    case 'reconnecting':
      return 'Reconnecting: what comes meanwhile is in the record log, and follows.';
    case 'closed':
      return CLOSE_SENTENCES[closeReason ?? 'stopped'];
  }
}

const CLOSE_SENTENCES: Record<CloseReason, string> = {
  done: 'This feed is over: no event will ever follow.',
  stopped: 'Switched off: nothing is asked of the server.',
  failed: 'Failed: the server refuses this feed, so nothing more comes. Try again once that has changed.',
  hidden: 'The tab is hidden: it goes on where it was when it is shown.',
};

/** Where an event would be shown and there is none. */
export function noEventWords(connection: Connection): string {
  switch (connection.state) {
    case 'live':
      return 'No event yet. The next change of this ID shows here at once.';
    case 'connecting':
      return 'Connecting… The last event of this ID shows here, if there is one.';
    default:
      return connectionSentence(connection);
  }
}

/** What became of the events at a reconnect. */
export function resumeWords({ downMs, kind, replayed, missed, isSettled }: Resume): string {
  const counts = `${formatCount(replayed)} replayed, ${formatCount(missed)} missed${isSettled ? '' : ' so far'}`;
  return `${RESUME_KIND_WORDS[kind]} ${formatOutage(downMs)}: ${counts}`;
}

const RESUME_KIND_WORDS: Record<Resume['kind'], string> = {
  cut: 'Resumed after',
  rotated: 'Planned rotation, resumed after',
  rested: 'This page had let go; resumed after',
};

const GAP_WORDS: Record<GapReason, string> = {
  'malformed-cursor': 'the resume position could not be read',
  'other-record-log': 'the resume position is of another record log',
  'other-feed': 'the resume position is of another feed',
  'recreated-topic': 'the topic was deleted and created again',
  'out-of-range': 'the record log has lost its end',
  retention: 'the record log has deleted the older records',
  'unpredicted-partition': 'a record came in a partition where none was expected',
};

const GOES_ON_WORDS: Record<GapResume, string> = {
  oldest: 'reading goes on at the oldest event kept',
  record: 'reading goes on at that record',
  now: 'reading goes on with what comes next',
};

/** Why history is gone, and where reading goes on. */
export function gapWords(reason: GapReason | null, resumesAt: GapResume | null): string {
  const why = reason === null ? 'the server does not say why' : GAP_WORDS[reason];
  return resumesAt === null ? `Gap: ${why}` : `Gap: ${why}; ${GOES_ON_WORDS[resumesAt]}`;
}
