import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';

/** An API key as its requests are checked: the key itself is known only where the environment has it. */
export interface ApiKey {
  name: string;
  /** Hexadecimal. Keys are long and random, so a fast hash is enough. */
  sha256: string;
  scopes: readonly string[];
  /** For the logger to keep out of its lines. */
  secret?: string;
}

/** Shorter ones could be guessed. */
const leastKeyLength = 32;

/** What the environment gives as text is a list with commas. */
export function listOfWords(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function trustedProxies(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return listOfWords(value);
}

const hostName = z
  .string({ error: 'a host name without a port, such as bot.example.org' })
  .regex(/^[\w.-]{1,253}$/, { error: 'a host name without a port, such as bot.example.org' });

const proxyError = 'true, false, or a list of addresses and networks such as 10.0.0.0/8';
const isNetwork = (value: string): boolean => {
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  return version !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
};

const scope = z.string().regex(/^(\*|[a-z0-9-]+:(\*|[a-z0-9-]+))$/, {
  error: 'a scope such as usage:read, usage:* or *',
});

const apiKey = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'lower-case letters, digits and dashes' }),
    /** The environment variable that holds the key. */
    keyEnv: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, { error: 'the name of an environment variable' })
      .optional(),
    /** SHA-256 of the key. */
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, { error: 'the SHA-256 of the key, as 64 hexadecimal digits' })
      .optional(),
    scopes: z.array(scope).min(1),
  })
  .superRefine((key, context) => {
    if ((key.keyEnv === undefined) === (key.hash === undefined)) {
      context.addIssue({ code: 'custom', message: 'one of keyEnv and hash is needed, and not both' });
    }
  });

export function httpSchema(port: z.ZodType<number>, wholeNumber: (least: number, most: number) => z.ZodType<number>) {
  return z.strictObject({
    host: z
      .string({ error: 'text that is not empty' })
      .refine((value) => value.trim() !== '', { error: 'text that is not empty' })
      .default('127.0.0.1'),
    port: port.default(3000),
    /** Names under which it may be asked, beside this machine's own and any address. */
    allowedHosts: z.preprocess(listOfWords, z.array(hostName).max(100)).default([]),
    /** Under which people reach it; its host name is allowed. */
    publicUrl: z
      .string()
      .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), {
        error: 'an address that begins with http:// or https://',
      })
      .optional(),
    /** The proxies whose X-Forwarded-For is believed. */
    trustProxy: z
      .preprocess(
        trustedProxies,
        z.union([z.boolean(), z.array(z.string({ error: proxyError }).refine(isNetwork, { error: proxyError }))], {
          error: proxyError,
        }),
      )
      .default(false),
    apiKeys: z.array(apiKey).max(1000).default([]),
    /** Of one API key, and of one address without a key. */
    requestsPerMinute: wholeNumber(1, 1_000_000).default(120),
  });
}

type HttpSettings = z.output<ReturnType<typeof httpSchema>>;

/** The keys with their hashes; `wrong` is told of those that cannot be. FAMILIAR_API_KEY is a key that may do everything. */
export function readApiKeys(
  { apiKeys }: HttpSettings,
  env: NodeJS.ProcessEnv,
  wrong: (path: (string | number)[], message: string) => void,
): ApiKey[] {
  const declared = [...apiKeys];
  if (env['FAMILIAR_API_KEY']?.trim()) {
    declared.push({ name: 'environment', keyEnv: 'FAMILIAR_API_KEY', scopes: ['*'] });
  }
  return declared.flatMap(({ name, keyEnv, hash, scopes }, index): ApiKey[] => {
    if (declared.findIndex((other) => other.name === name) < index) wrong(['name'], `another key is called ${name}`);
    if (keyEnv === undefined) return [{ name, sha256: (hash ?? '').toLowerCase(), scopes }];
    const secret = env[keyEnv]?.trim() ?? '';
    if (secret.length >= leastKeyLength) return [{ name, sha256: sha256(secret), scopes, secret }];
    const reason = secret === '' ? 'is not set' : `is shorter than ${leastKeyLength} characters`;
    wrong([index, 'keyEnv'], `the environment variable ${keyEnv} ${reason}. Make a key with: openssl rand -hex 32`);
    return [];
  });
}

/** A key of this process alone. */
export const apiKeyOf = (name: string, secret: string, scopes: readonly string[]): ApiKey => ({
  ...{ name, scopes, secret },
  sha256: sha256(secret),
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
