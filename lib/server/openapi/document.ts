import { PROTOCOL_VERSION } from '../../protocol/constants.ts';
import { DEMO_PATHS } from './demo-paths.ts';
import { FEED_PATHS } from './feed-paths.ts';
import type { Paths } from './openapi.ts';
import { HEADERS, PARAMETERS } from './parameters.ts';
import { SCHEMAS } from './schemas.ts';
import { STATE_PATHS } from './state-paths.ts';

const PATHS: Paths = { ...FEED_PATHS, ...STATE_PATHS, ...DEMO_PATHS };

/** The HTTP interface, as `/openapi.json` gives it; a test holds a running server to it. PROTOCOL.md says what it means. */
export const OPENAPI_DOCUMENT = {
  openapi: '3.1.1',
  info: {
    title: 'Feedline',
    version: String(PROTOCOL_VERSION),
    summary: 'Every change of one ID, streamed from Kafka.',
    description:
      'PROTOCOL.md says what it means. A method that is not listed is answered 405, a GET or HEAD with a body 400 (`body-invalid`), what is no HTTP request 400 (`request-malformed`) or 408 (`request-too-slow`), each as a problem document but for the 405 of other methods than TRACE.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'Any pod.' }],
  tags: [
    { name: 'streams', description: 'Server-Sent Events.' },
    { name: 'polls', description: 'The same events from the same cursors.' },
    { name: 'feeds', description: 'Which there are.' },
    { name: 'state', description: 'How the pod is.' },
    { name: 'demo', description: 'Only with DEMO=1; elsewhere 404.' },
  ],
  paths: PATHS,
  components: { schemas: SCHEMAS, parameters: PARAMETERS, headers: HEADERS },
} as const;
