import { DiscordAPIError, HTTPError, RateLimitError } from '@discordjs/rest';
import { errorMessage, VendorError } from '../../kernel/errors.ts';

/** Discord's error codes that the code acts on. */
export const discordCodes = {
  unknownChannel: 'discord/10003',
  unknownMessage: 'discord/10008',
  unknownEmoji: 'discord/10014',
  unknownWebhook: 'discord/10015',
  unknownInteraction: 'discord/10062',
  /** Of messages older than an hour; Discord does not say how many there may be in what time. */
  tooManyOldEdits: 'discord/30046',
  /** 200 commands a day may be made. */
  dailyCommands: 'discord/30034',
  alreadyAcknowledged: 'discord/40060',
  /** A channel has at most 15. */
  tooManyWebhooks: 'discord/30007',
  missingAccess: 'discord/50001',
  othersMessage: 'discord/50005',
  cannotMessageUser: 'discord/50007',
  missingPermissions: 'discord/50013',
  wrongChannelType: 'discord/50024',
  invalidWebhookToken: 'discord/50027',
  archivedThread: 'discord/50083',
  replyWithoutHistory: 'discord/160002',
  threadExists: 'discord/160004',
  lockedThread: 'discord/160005',
  unauthorized: 'discord/401',
  rateLimited: 'discord/429',
  unreachable: 'discord/unreachable',
  /** Said by us, of a server that is not quite Discord. */
  oddAnswer: 'discord/odd-answer',
  /** Said by us: the bot may not manage webhooks there, and so not speak as somebody else. */
  manageWebhooks: 'discord/manage-webhooks',
  /** Said by us: a direct message, where nobody can speak as somebody else. */
  noWebhooks: 'discord/no-webhooks',
  /** Said by us: members are listed only with the Server Members Intent. */
  membersIntent: 'discord/members-intent',
  /** Said by us: the bot is no member there, and may no longer answer. */
  visitOver: 'discord/visit-over',
  /** Said by us: only a member of the server can do that. */
  notMember: 'discord/not-member',
  /** Said by us: the channel has no room for what is not urgent. */
  crowded: 'discord/crowded',
} as const;

/** Said by us before Discord is asked, with its own code. */
export class MissingPermission extends VendorError {
  /** As Discord's settings call it: `Ban Members`. */
  readonly permission: string;

  constructor(permission: string) {
    super(discordCodes.missingPermissions, `the bot lacks the permission "${permission}" there`, { retryable: false });
    this.permission = permission;
  }
}

export function isDiscordError(error: unknown, ...codes: string[]): error is VendorError {
  return error instanceof VendorError && codes.includes(error.code);
}

/** Discord answered, and not with what such a request is answered with. Asking again may bring about a second message. */
export const oddAnswer = (message: string): VendorError =>
  new VendorError(discordCodes.oddAnswer, message, { retryable: false });

/**
 * Discord's answer or its absence as a VendorError. Addresses and bodies stay behind: the first hold interaction tokens,
 * the second what people wrote.
 */
export function translateError(error: unknown): VendorError {
  if (error instanceof VendorError) return error;
  if (error instanceof RateLimitError) {
    return new VendorError(discordCodes.rateLimited, `Discord asks to wait ${Math.ceil(error.retryAfter)} ms`, {
      retryable: true,
      retryAfterMs: error.retryAfter,
    });
  }
  if (error instanceof DiscordAPIError) {
    const code = typeof error.code === 'number' && error.code > 0 ? error.code : error.status;
    const retryable = error.status === 429 || error.status >= 500;
    const retryAfterMs = retryAfterOf(error.rawError);
    return new VendorError(`discord/${code}`, `Discord refused: ${error.message} (${code})`, {
      retryable,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  if (error instanceof HTTPError) {
    return new VendorError(`discord/${error.status}`, `Discord answered ${error.status}`, { retryable: true });
  }
  return new VendorError(discordCodes.unreachable, `Discord cannot be reached: ${networkReason(error)}`, {
    retryable: true,
  });
}

/** Of a body that says so, in seconds. */
function retryAfterOf(body: object): number | undefined {
  const seconds: unknown = 'retry_after' in body ? body.retry_after : undefined;
  return typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/** Something that is not Discord answered: a proxy, a firewall, the page of a hotel. */
export class NotDiscord extends Error {
  constructor(status: number, contentType: string | undefined) {
    const type = /^[\w.+-]{1,40}\/[\w.+-]{1,40}/.exec(contentType ?? '')?.[0] ?? 'no type';
    super(`something else answered in its place (HTTP ${status}, ${type}), such as a proxy or a sign-in page`);
    this.name = 'NotDiscord';
  }
}

/** What the codes of Node and undici mean. */
const REASONS: readonly [RegExp, string][] = [
  [/^(ENOTFOUND|EAI_\w+)$/, 'its name cannot be looked up (DNS)'],
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'the connection was cut'],
  [/^(ENETUNREACH|EHOSTUNREACH|ENETDOWN)$/, 'there is no way to it from here'],
  [/^(ETIMEDOUT|UND_ERR_\w*TIMEOUT)$/, 'no answer in time'],
  [/CERT|TLS|SSL|SELF_SIGNED|^EPROTO$|^UNABLE_TO_/, 'its certificate or encryption (TLS) cannot be trusted'],
];

/** Why the network brought no answer, in words, with the code for who looks it up. */
export function networkReason(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'no answer in time';
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === '') return errorMessage(error);
  const words = REASONS.find(([pattern]) => pattern.test(code))?.[1];
  return words === undefined ? code : `${words} (${code})`;
}
