import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** How many causes of an error are told. */
const CAUSES_MAX = 5;

/** Should a header or a setting ever be logged, these are not told. */
const SECRET_NAMES = ['authorization', 'cookie', '["set-cookie"]', 'password', 'passphrase', 'secret', 'token'];

/**
 * One JSON line per entry: `level`, `time` (ms), `pod`, `msg` and what belongs to it.
 *
 * @param destination default: standard output
 */
export function createLogger(level: string, pod: string, destination?: DestinationStream): Logger {
  const paths = SECRET_NAMES.flatMap((name) => {
    const part = name.startsWith('[') ? name : `.${name}`;
    return [part.replace(/^\./, ''), `*${part}`, `*.*${part}`];
  });
  const options = {
    level,
    base: { pod },
    redact: { paths, censor: '[not told]' },
    serializers: { err: (error: unknown) => plainError(error, CAUSES_MAX) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** No property that a library has hung on its error: it may be a request, its headers, or a client with its password. */
function plainError(error: unknown, causes: number): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name: type, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type,
    message,
    code,
    stack,
    ...(cause !== undefined && causes > 0 && { cause: plainError(cause, causes - 1) }),
  };
}
