import { type DestinationStream, type Logger, pino, type SerializedError, stdSerializers } from 'pino';

/** Keys whose values never reach a log, at the top of an entry and up to two levels below it. */
const REDACTED_KEYS = [
  'authorization',
  'cookie',
  'secret',
  'secretKey',
  'token',
  'password',
  'email',
  'phone',
  'address',
  'to',
  'apiKey',
];
const REDACTED_PATHS = REDACTED_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** JSON lines on stdout: the object first, the message second. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    serializers: { err: readableError },
    formatters: { level: (label: string): object => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** A pool hangs the whole connection on its errors: thousands of characters that help nobody. */
function readableError(error: Error): object {
  const { client: _client, ...shown } = stdSerializers.err(error) as SerializedError & { client?: unknown };
  return shown;
}
