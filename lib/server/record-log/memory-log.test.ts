import { MemoryLog } from './memory-log.ts';
import { describeRecordLog } from './record-log.contract.ts';

describeRecordLog('in-process', async () => {
  const topic = 'orders';
  return { log: new MemoryLog({ topics: [topic] }), topic, close: async () => undefined };
});
