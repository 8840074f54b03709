import { Routes, type APIMessage } from 'discord-api-types/v10';
import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { ChannelWriter, WriteOptions } from './channel-writer.ts';
import { discordCodes, isDiscordError } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import type { BucketState, Pacer } from './pacer.ts';
import { messageBody, messageFiles } from './payload.ts';
import type { OutgoingMessage, SpokenOptions } from './port.ts';
import { speakerFields, speakerName } from './speaker.ts';
import { remember } from './webhooks.ts';
import type { Webhook, Webhooks } from './webhooks.ts';

/** How far the clocks of Discord and of this machine may be apart. */
const CLOCK_MARGIN_MS = 60_000;
const SEARCHED = 100;
const RETRIES = 3;
const FIRST_RETRY_MS = 500;

interface WebhookWriterOptions {
  http: DiscordHttp;
  pacer: Pacer;
  clock: Clock;
  webhooks: Webhooks;
  channels: ChannelWriter;
}

interface Write {
  webhook: Webhook;
  /** A thread of the webhook's channel, or that. */
  channelId: string;
  threadId: string | undefined;
}

/**
 * Messages through the bot's own webhooks. Discord gives these no nonce, so that a message whose answer was lost is looked
 * for before it is sent again: in this call by itself, after a crash because the caller says since when it may be there.
 */
export class WebhookWriter {
  readonly #options: WebhookWriterOptions;
  /** Ids of messages that calls of this process have ended with, so that none is taken for that of another call. */
  readonly #told = new Map<string, true>();

  constructor(options: WebhookWriterOptions) {
    this.#options = options;
  }

  /** The budget of the webhook of a channel or thread, which Discord counts apart from the channel's. */
  laneOf(channelId: string): ReturnType<Pacer['lane']> {
    return this.#options.pacer.lane(`webhook/${channelId}`);
  }

  async send(
    channelId: string,
    message: OutgoingMessage,
    spoken: SpokenOptions,
    write: WriteOptions = {},
  ): Promise<APIMessage> {
    const { clock, webhooks } = this.#options;
    const place = await webhooks.placeOf(channelId);
    const to = { channelId, threadId: place.threadId };
    const webhook = await webhooks.of(place.channelId);
    const earlier =
      spoken.sentAfterMs === undefined ? undefined : await this.#find(webhook, to, message, spoken, spoken.sentAfterMs);
    if (earlier) {
      write.taken?.(undefined);
      return earlier;
    }
    const begunMs = clock.now();
    try {
      return await this.#attempts({ webhook, ...to }, message, spoken, { write, begunMs });
    } catch (error) {
      if (!isGone(error)) throw error;
      webhooks.forget(webhook);
      const made = await webhooks.of(place.channelId);
      const again = { urgency: write.urgency ?? 'answer' };
      return this.#attempts({ webhook: made, ...to }, message, spoken, { write: again, begunMs });
    }
  }

  async #attempts(
    to: Write,
    message: OutgoingMessage,
    spoken: SpokenOptions,
    { write, begunMs }: { write: WriteOptions; begunMs: number },
  ): Promise<APIMessage> {
    const { clock } = this.#options;
    for (let failures = 0; ; failures += 1) {
      const how = failures === 0 ? write : { urgency: write.urgency ?? 'answer' };
      let failure: VendorError | undefined;
      try {
        const sent = await this.#post(to, message, spoken, how);
        if (sent) return this.#tell(sent);
      } catch (error) {
        // What Discord refused has not been done.
        const isLost = error instanceof VendorError && error.retryable && error.code !== discordCodes.rateLimited;
        if (!isLost) throw error;
        failure = error;
        await clock.sleep(FIRST_RETRY_MS * 2 ** failures);
      }
      const found = await this.#lookFor(to, message, spoken, { sinceMs: begunMs, failure });
      if (found) return found;
      if (!failure) throw lost();
      if (failures >= RETRIES) throw failure;
    }
  }

  /** Rejects with the failure where nobody can look: sending again might say it twice. */
  async #lookFor(
    to: Write,
    message: OutgoingMessage,
    spoken: SpokenOptions,
    { sinceMs, failure }: { sinceMs: number; failure: VendorError | undefined },
  ): Promise<APIMessage | undefined> {
    const isKnown = async (id: string): Promise<boolean> =>
      ((await spoken.isKnown?.(id)) ?? false) || this.#told.has(id);
    try {
      const found = await this.#find(to.webhook, to, message, { ...spoken, isKnown }, sinceMs);
      return found && this.#tell(found);
    } catch (error) {
      if (failure) throw failure;
      throw error;
    }
  }

  #tell(message: APIMessage): APIMessage {
    remember(this.#told, message.id, true);
    return message;
  }

  async #post(
    { webhook, channelId, threadId }: Write,
    message: OutgoingMessage,
    { speaker }: SpokenOptions,
    write: WriteOptions,
  ): Promise<APIMessage | undefined> {
    const body = { ...messageBody(message), ...speakerFields(speaker, this.#options.webhooks.name) };
    const path = Routes.webhook(webhook.id, webhook.token);
    const query = { wait: 'true', ...threadQuery(threadId) };
    const written = await this.#write('POST', channelId, { path, query, body }, message, write);
    return written as APIMessage | undefined;
  }

  /** Rejects with `discord/10015` when the webhook is gone, and nobody can edit the message any more. */
  async edit(
    to: Write,
    messageId: string,
    message: OutgoingMessage,
    write: WriteOptions = {},
  ): Promise<APIMessage | undefined> {
    const edited = await this.#renewed(to, async (webhook) => {
      const path = Routes.webhookMessage(webhook.id, webhook.token, messageId);
      const request = { path, query: threadQuery(to.threadId), body: messageBody(message) };
      return this.#awake(to, (how) => this.#write('PATCH', to.channelId, request, message, how), write);
    });
    return edited as APIMessage | undefined;
  }

  /** A message that is gone already counts as deleted. Rejects as `edit`. */
  async delete(to: Write, messageId: string): Promise<void> {
    const remove = (webhook: Webhook): Promise<unknown> => {
      const path = Routes.webhookMessage(webhook.id, webhook.token, messageId);
      const request = { path, query: threadQuery(to.threadId), tokenInPath: true, repeatable: true };
      return this.#awake(to, () => this.#options.http.request({ method: 'DELETE', ...request }));
    };
    try {
      await this.#renewed(to, remove);
    } catch (error) {
      if (!isDiscordError(error, discordCodes.unknownMessage)) throw error;
    }
  }

  #awake(to: Write, attempt: (write: WriteOptions) => Promise<unknown>, write: WriteOptions = {}): Promise<unknown> {
    const { taken: _taken, ...later } = write;
    return this.#options.channels.awake(
      to.channelId,
      () => attempt(write),
      () => attempt(later),
    );
  }

  /** Once more with the token that it has now, when it has another. */
  async #renewed(to: Write, attempt: (webhook: Webhook) => Promise<unknown>): Promise<unknown> {
    const { webhooks } = this.#options;
    try {
      return await attempt(to.webhook);
    } catch (error) {
      if (!isGone(error)) throw error;
      webhooks.forget(to.webhook);
      const now = await webhooks.byId(to.webhook.id);
      if (!now || now.token === to.webhook.token) throw gone(error);
      return attempt(now);
    }
  }

  async #write(
    method: 'POST' | 'PATCH',
    channelId: string,
    request: { path: `/${string}`; query: Record<string, string>; body: unknown },
    message: OutgoingMessage,
    write: WriteOptions,
  ): Promise<unknown> {
    const lane = this.laneOf(channelId);
    const taken = write.taken ?? (await lane.enter(write.urgency));
    let bucket: BucketState | undefined;
    try {
      return await this.#options.http.request({
        ...{ method, ...request, files: messageFiles(message) },
        tokenInPath: true,
        repeatable: method === 'PATCH',
        onBucket: (state) => (bucket = state),
        ...(write.progress ? { priority: 'progress', patient: false } : {}),
      });
    } catch (error) {
      if (error instanceof VendorError && error.retryAfterMs !== undefined) lane.block(error.retryAfterMs);
      throw error;
    } finally {
      taken(bucket);
    }
  }

  /** The message of an attempt whose end nobody saw, among the latest of the channel. */
  async #find(
    webhook: Webhook,
    { channelId }: Pick<Write, 'channelId'>,
    message: OutgoingMessage,
    { speaker, isKnown }: SpokenOptions,
    sinceMs: number,
  ): Promise<APIMessage | undefined> {
    const { http, webhooks } = this.#options;
    const path = Routes.channelMessages(channelId);
    const query = { limit: String(SEARCHED) };
    const latest = await http.ask<APIMessage[]>({ method: 'GET', path, query, repeatable: true });
    const name = speakerName(speaker.name, webhooks.name);
    const candidates = latest.filter(
      (other) =>
        other.webhook_id === webhook.id &&
        other.author.username === name &&
        Date.parse(other.timestamp) >= sinceMs - CLOCK_MARGIN_MS &&
        isSame(other, message),
    );
    // The oldest: it is the one that was to be.
    for (const candidate of candidates.reverse()) if (!(await isKnown?.(candidate.id))) return candidate;
    return undefined;
  }
}

/** By what a message's components do, where they do something; else by how its text begins, which may have grown since. */
function isSame(found: APIMessage, wanted: OutgoingMessage): boolean {
  const [one, other] = [customIds(found.components), customIds(wanted.components)];
  if (one.length > 0 || other.length > 0) return one[0] === other[0];
  const text = (wanted.content ?? '').trim();
  if (found.content === '' || text === '') return found.content === text;
  return text.startsWith(found.content) || found.content.startsWith(text);
}

function customIds(components: unknown): string[] {
  return [...JSON.stringify(components ?? []).matchAll(/"custom_id":"((?:[^"\\]|\\.)*)"/g)].map(([, id = '']) => id);
}

const threadQuery = (threadId: string | undefined): Record<string, string> =>
  threadId === undefined ? {} : { thread_id: threadId };

const isGone = (error: unknown): boolean =>
  isDiscordError(error, discordCodes.unknownWebhook, discordCodes.invalidWebhookToken);

const gone = (cause: unknown): VendorError =>
  new VendorError(discordCodes.unknownWebhook, 'the webhook of this message was deleted', { retryable: false, cause });

const lost = (): VendorError =>
  new VendorError(discordCodes.oddAnswer, 'Discord took a message, answered without it and does not show it', {
    retryable: false,
  });
