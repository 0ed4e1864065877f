import { SINK_KINDS } from '#lib/server/config/stream-settings.ts';
import { describeStreams } from './stream.contract.ts';

for (const sink of SINK_KINDS) describeStreams(sink);
