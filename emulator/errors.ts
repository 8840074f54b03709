/** One problem of a form, as Discord nests it under `_errors`. */
interface FormProblem {
  code: string;
  message: string;
}

type FormTree = { _errors?: FormProblem[] } & { [field: string]: FormTree | FormProblem[] | undefined };

/** An answer that Discord gives instead of the thing asked for: HTTP status, JSON error code and message. */
export class DiscordError extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: FormTree | undefined;

  constructor(status: number, code: number, message: string, errors?: FormTree) {
    super(message);
    this.name = 'DiscordError';
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  /** The body of the answer. */
  toBody(): Record<string, unknown> {
    return { message: this.message, code: this.code, ...(this.errors === undefined ? {} : { errors: this.errors }) };
  }
}

/** Gathers the problems of a form by path and throws them as one 50035. */
export class FormErrors {
  #tree: FormTree = {};
  #count = 0;

  add(path: readonly PropertyKey[], code: string, message: string): this {
    let node = this.#tree;
    for (const key of path) {
      const next = (node[String(key)] ??= {}) as FormTree;
      node = next;
    }
    (node._errors ??= []).push({ code, message });
    this.#count += 1;
    return this;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  toError(): DiscordError {
    return new DiscordError(400, 50035, 'Invalid Form Body', this.#tree);
  }

  throwIfAny(): void {
    if (!this.isEmpty) throw this.toError();
  }
}

/** A 50035 with a single problem. */
export function formError(path: readonly PropertyKey[], code: string, message: string): DiscordError {
  return new FormErrors().add(path, code, message).toError();
}

/**
 * Discord's error answers by name: [HTTP status, code, message]. Source: the table "JSON error codes" of Discord's
 * documentation (Topics, Opcodes and Status Codes) and answers observed from it.
 */
const CATALOGUE = {
  unauthorized: [401, 0, '401: Unauthorized'],
  notFound: [404, 0, '404: Not Found'],
  methodNotAllowed: [405, 0, '405: Method Not Allowed'],
  internal: [500, 0, '500: Internal Server Error'],
  unknownAccount: [404, 10001, 'Unknown Account'],
  unknownApplication: [404, 10002, 'Unknown Application'],
  unknownChannel: [404, 10003, 'Unknown Channel'],
  unknownGuild: [404, 10004, 'Unknown Guild'],
  unknownInvite: [404, 10006, 'Unknown Invite'],
  unknownMember: [404, 10007, 'Unknown Member'],
  unknownMessage: [404, 10008, 'Unknown Message'],
  unknownOverwrite: [404, 10009, 'Unknown Permission Overwrite'],
  unknownRole: [404, 10011, 'Unknown Role'],
  unknownUser: [404, 10013, 'Unknown User'],
  unknownEmoji: [404, 10014, 'Unknown Emoji'],
  unknownReactionEmoji: [400, 10014, 'Unknown Emoji'],
  unknownWebhook: [404, 10015, 'Unknown Webhook'],
  failedToBan: [400, 500000, 'Failed to ban users'],
  unknownBan: [404, 10026, 'Unknown Ban'],
  unknownEntitlement: [404, 10029, 'Unknown Entitlement'],
  unknownSticker: [404, 10060, 'Unknown Sticker'],
  unknownStickerPack: [404, 10061, 'Unknown Sticker Pack'],
  unknownInteraction: [404, 10062, 'Unknown interaction'],
  unknownCommand: [404, 10063, 'Unknown application command'],
  unknownTag: [404, 10087, 'Unknown Tag'],
  botsOnly: [403, 20002, 'Only bots can use this endpoint'],
  peopleOnly: [403, 20001, 'Bots cannot use this endpoint'],
  othersApplication: [403, 20012, 'You are not authorized to perform this action on this application'],
  slowmode: [429, 20016, 'This action cannot be performed due to slowmode rate limit'],
  maximumGuilds: [400, 30001, 'Maximum number of guilds reached (100)'],
  maximumPins: [400, 30003, 'Maximum number of pins reached (50)'],
  maximumRoles: [400, 30005, 'Maximum number of guild roles reached (250)'],
  maximumWebhooks: [400, 30007, 'Maximum number of webhooks reached (15)'],
  maximumReactions: [400, 30010, 'Maximum number of reactions reached (20)'],
  maximumChannels: [400, 30013, 'Maximum number of guild channels reached (500)'],
  maximumEmojis: [400, 30008, 'Maximum number of emojis reached (50)'],
  maximumApplicationEmojis: [400, 30008, 'Maximum number of emojis reached (2000)'],
  maximumStickers: [400, 30039, 'Maximum number of stickers reached (5)'],
  maximumPinnedPosts: [400, 30047, 'Maximum number of pinned threads in a forum channel has been reached'],
  bitrateTooHigh: [400, 30052, 'Bitrate is too high for channel of this type'],
  maximumOldEdits: [429, 30046, 'Maximum number of edits to messages older than 1 hour reached. Try again later'],
  sandboxEntitlementsOnly: [400, 40019, 'You can only delete sandbox entitlements.'],
  entityTooLarge: [413, 40005, 'Request entity too large'],
  bannedFromGuild: [403, 40007, 'The user is banned from this guild.'],
  tagNamesNotUnique: [400, 40061, 'Tag names must be unique'],
  noFreeTags: [400, 40066, 'There are no tags available that can be set by non-moderators'],
  tagRequired: [400, 40067, 'A tag is required to create a forum post in this channel'],
  alreadyAcknowledged: [400, 40060, 'Interaction has already been acknowledged.'],
  replyNeedsHistory: [400, 160002, 'Cannot reply without permission to read message history'],
  threadLocked: [400, 160005, 'Thread is locked'],
  threadExists: [400, 160004, 'A thread has already been created for this message'],
  maximumFollowUps: [400, 40094, 'This interaction has hit the maximum number of follow up messages'],
  voiceMessageContent: [400, 50159, 'Voice messages do not support additional content.'],
  voiceMessageFile: [400, 50160, 'Voice messages must have a single audio attachment.'],
  voiceMessageMetadata: [400, 50161, 'Voice messages must have supporting metadata.'],
  voiceMessageEdit: [400, 50162, 'Voice messages cannot be edited.'],
  voiceMessageForbidden: [403, 50173, 'You cannot send voice messages in this channel.'],
  nsfwReference: [400, 160010, 'NSFW channel message reference not allowed'],
  forwardContent: [400, 160011, 'Forward messages cannot have additional content'],
  forwardUnreadable: [400, 160014, 'You cannot forward a message whose content you cannot read'],
  missingAccess: [403, 50001, 'Missing Access'],
  invalidAccountType: [403, 50002, 'Invalid account type'],
  dmChannelOnly: [403, 50003, 'Cannot execute action on a DM channel'],
  othersMessage: [403, 50005, 'Cannot edit a message authored by another user'],
  stickerNotPermitted: [403, 50600, 'You do not have permission to send this sticker.'],
  invalidSticker: [400, 50081, 'Invalid sticker sent'],
  pollExpired: [400, 520001, 'Poll expired'],
  invalidPollAnswer: [400, 520006, 'Invalid poll answer'],
  emptyMessage: [400, 50006, 'Cannot send an empty message'],
  cannotMessageUser: [403, 50007, 'Cannot send messages to this user'],
  nonTextChannel: [400, 50008, 'Cannot send messages in a non-text channel'],
  missingPermissions: [403, 50013, 'Missing Permissions'],
  invalidToken: [401, 50014, 'Invalid authentication token provided'],
  bulkDeleteCount: [
    400,
    50016,
    'Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete',
  ],
  uploadTooLarge: [400, 50045, 'File uploaded exceeds the maximum size'],
  invalidUpload: [400, 50046, 'Invalid file uploaded'],
  invalidLottie: [400, 170001, 'Invalid JSON for uploaded Lottie file'],
  rasterisedLottie: [400, 170002, 'Uploaded Lotties cannot contain rasterized images such as PNG or JPEG'],
  lottieFramerate: [400, 170003, 'Sticker maximum framerate exceeded'],
  lottieFrames: [400, 170004, 'Sticker frame count exceeds maximum of 1000 frames'],
  lottieDimensions: [400, 170005, 'Lottie animation maximum dimensions exceeded'],
  lottieFramerateOdd: [400, 170006, 'Sticker frame rate is either too small or too large'],
  stickerDuration: [400, 170007, 'Sticker animation duration exceeds maximum of 5 seconds'],
  webhookNeedsThread: [400, 220001, 'Webhooks posted to forum channels must have a thread_name or thread_id'],
  webhookTwoThreads: [400, 220002, 'Webhooks posted to forum channels cannot have both a thread_name and thread_id'],
  webhookNoForum: [400, 220003, 'Webhooks can only create threads in forum channels'],
  invalidWebhookToken: [401, 50027, 'Invalid Webhook Token'],
  systemMessage: [403, 50021, 'Cannot execute action on a system message'],
  wrongChannelType: [400, 50024, 'Cannot execute action on this channel type'],
  invalidGuildOwner: [400, 50055, 'Invalid Guild'],
  invalidRole: [400, 50028, 'Invalid Role'],
  invalidRecipients: [400, 50033, 'Invalid Recipient(s)'],
  tooOldToBulkDelete: [400, 50034, 'You can only bulk delete messages that are under 14 days old.'],
  invalidApiVersion: [400, 50041, 'Invalid API version'],
  archivedThread: [400, 50083, 'Thread is archived'],
  invalidJson: [400, 50109, 'The request body contains invalid JSON.'],
  tokenMissingIntent: [403, 50001, 'Missing Access'],
} as const satisfies Record<string, readonly [status: number, code: number, message: string]>;

type DiscordErrorName = keyof typeof CATALOGUE;

export function discordError(name: DiscordErrorName): DiscordError {
  const [status, code, message] = CATALOGUE[name];
  return new DiscordError(status, code, message);
}
