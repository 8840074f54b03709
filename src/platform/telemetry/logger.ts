import { pino } from 'pino';
import type { Logger } from '../../kernel/logger.ts';
import { readableLine } from './readable-line.ts';

type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

interface LoggerOptions {
  level: LogLevel;
  /** Readable lines instead of JSON; by default when the output is a terminal. */
  pretty?: boolean;
  /** Values that are removed from every line (the bot's token, providers' keys). */
  secrets?: readonly string[];
  /** Receives lines with their line break; standard output by default. */
  write?: (line: string) => void;
}

/** Fields whose values are never written, at the top level of a line and two levels below. */
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

/** Shorter secrets would black out ordinary words. */
const SHORTEST_SECRET = 6;

/** A logger that writes each entry at once, so nothing is lost when the process ends. */
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
  // A closed terminal gives EIO, which must not end a process that is stopping in order.
  destination.on('error', () => {});
  return (line) => destination.write(line);
}

interface ErrorDescription {
  /** Left out for thrown values that are not errors. */
  name?: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: ErrorDescription;
}

/**
 * Name, message, code, stack and causes. Other properties are left out on purpose: vendor errors contain requests with
 * keys and what people wrote.
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
