import { pino } from 'pino';
import type { Logger } from '../../kernel/logger.ts';
import { readableLine } from './readable-line.ts';

type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

interface LoggerOptions {
  level: LogLevel;
  /** Lines for people instead of JSON; by default when the output is a terminal. */
  pretty?: boolean;
  /** Values that no line may hold, wherever they turn up (the bot's token, keys of providers). */
  secrets?: readonly string[];
  /** Where lines go, each with its line break; standard output by default. */
  write?: (line: string) => void;
}

/** Names of fields whose values never appear, at the top of a line and one and two levels down. */
const secretFields = [
  'token',
  'authorization',
  'Authorization',
  'apiKey',
  'apiKeys',
  'key',
  'instanceKey',
  'password',
  'databaseUrl',
];
const redactedPaths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** Shorter ones would black out ordinary words. */
const SHORTEST_SECRET = 6;

/** A logger that writes one line an entry, at once, so that nothing is lost when the process ends. */
export function createLogger(options: LoggerOptions): Logger {
  const secrets = (options.secrets ?? []).filter((secret) => secret.length >= SHORTEST_SECRET);
  const pretty = options.pretty ?? process.stdout.isTTY;
  const output = options.write ?? standardOutput();
  const write = (line: string): void => {
    let clean = line;
    for (const secret of secrets) clean = clean.replaceAll(secret, '[hidden]');
    output(pretty ? readableLine(clean, { colours: process.stdout.isTTY && !options.write }) : clean);
  };
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: (error: unknown) => describeError(error) },
      redact: { paths: redactedPaths, censor: '[hidden]' },
    },
    { write },
  );
}

function standardOutput(): (line: string) => void {
  const destination = pino.destination({ fd: 1, sync: true });
  // A closed terminal takes no more lines (EIO), and that must not end a process that is stopping in order.
  destination.on('error', () => {});
  return (line) => destination.write(line);
}

interface ErrorDescription {
  /** Left out of what was thrown or logged without being an error. */
  name?: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: ErrorDescription;
}

/**
 * Name, message, code, stack and causes. Other properties are left out on purpose: vendor errors carry requests, and
 * with them keys and what people wrote.
 */
function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { message: String(error) };
  const description: ErrorDescription = { name: error.name, message: error.message };
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' || typeof code === 'number') description.code = code;
  if (error.stack !== undefined) description.stack = error.stack;
  if (error.cause !== undefined && depth < 3) description.cause = describeError(error.cause, depth + 1);
  return description;
}
