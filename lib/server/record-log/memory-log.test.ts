import { MemoryLog } from './memory-log.ts';
import { describeRecordLog } from './record-log.contract.ts';

describeRecordLog('in-process', async (recordIdIn) => {
  const topic = 'orders';
  const log = new MemoryLog({ topics: [topic], ...(recordIdIn && { recordIdIn }) });
  return { log, topic, close: async () => undefined };
});
