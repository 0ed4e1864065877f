/**
 * The abusive half, a process of its own, so that what it does costs neither the honest clients nor their clock
 * anything. It begins with its options, answers each message with its counts, and ends with its parent.
 */
import { type AbuseOptions, startAbuse } from '#scripts/testing/abusers.ts';

process.once('message', (options: AbuseOptions) => {
  const abuse = startAbuse(options);
  process.on('message', () => process.send?.(abuse.counts()));
  process.send?.('started');
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
