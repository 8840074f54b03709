import { Routes, type APIWebhook } from 'discord-api-types/v10';
import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import { compareSnowflakes } from '../../kernel/snowflake.ts';
import { discordCodes, isDiscordError } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import { isThread } from './permissions.ts';
import type { CachedChannel } from './port.ts';
import { speakerName } from './speaker.ts';

/** A webhook of the bot's own. The token is a secret: with it, anybody may write. */
export interface Webhook {
  id: string;
  token: string;
  /** No thread. */
  channelId: string;
}

interface WebhooksOptions {
  http: DiscordHttp;
  clock: Clock;
  applicationId: string;
  /** How it is called where no message says who speaks. */
  name: string;
  channelOf: (channelId: string) => Promise<CachedChannel | undefined>;
}

const MOST_REMEMBERED = 5000;
/** Refusals count against the bot's address. */
const REFUSED_FOR_MS = 60_000;

const forbidden = (): VendorError =>
  new VendorError(discordCodes.manageWebhooks, 'the bot needs the permission Manage Webhooks in this channel', {
    retryable: false,
  });

const impossible = (): VendorError =>
  new VendorError(discordCodes.noWebhooks, 'this channel has no webhooks', { retryable: false });

/**
 * The bot's own webhooks, one a channel, which its threads share. They are found or made when they are first needed and then
 * remembered; several processes find the same one, because each takes the oldest.
 */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #ofChannel = new Map<string, Promise<Webhook>>();
  readonly #byId = new Map<string, Webhook>();
  readonly #refused = new Map<string, { untilMs: number; error: VendorError }>();

  constructor(options: WebhooksOptions) {
    this.#options = options;
  }

  get applicationId(): string {
    return this.#options.applicationId;
  }

  get name(): string {
    return this.#options.name;
  }

  /** The guild of a channel, and the thread that it is. Rejects with `discord/no-webhooks` in a DM. */
  async placeOf(channelId: string): Promise<{ guildId: string; channelId: string; threadId: string | undefined }> {
    const channel = await this.#options.channelOf(channelId);
    if (!channel?.guildId) throw impossible();
    const parentId = isThread(channel) ? channel.parentId : null;
    if (parentId === null) return { guildId: channel.guildId, channelId, threadId: undefined };
    return { guildId: channel.guildId, channelId: parentId, threadId: channelId };
  }

  /**
   * The webhook of a channel, no thread. Rejects with `discord/manage-webhooks` when the bot may not manage them there, and
   * with `discord/30007` when the channel has 15 of others.
   */
  async of(channelId: string): Promise<Webhook> {
    const refused = this.#refused.get(channelId);
    if (refused && refused.untilMs > this.#options.clock.now()) throw refused.error;
    this.#refused.delete(channelId);
    const known = this.#ofChannel.get(channelId);
    if (known) return known;
    const found = this.#findOrMake(channelId);
    remember(this.#ofChannel, channelId, found);
    try {
      return await found;
    } catch (error) {
      this.#ofChannel.delete(channelId);
      throw this.#refuse(channelId, error);
    }
  }

  /** One that a message names; undefined when it is gone. Rejects as `of`. */
  async byId(webhookId: string): Promise<Webhook | undefined> {
    const known = this.#byId.get(webhookId);
    if (known) return known;
    try {
      const path = Routes.webhook(webhookId);
      const webhook = await this.#options.http.ask<APIWebhook>({ method: 'GET', path, repeatable: true });
      return webhook.token === undefined ? undefined : this.#keep(webhook, webhook.token);
    } catch (error) {
      if (isDiscordError(error, discordCodes.unknownWebhook)) return undefined;
      throw isRefusal(error) ? forbidden() : error;
    }
  }

  /** It is gone, or its token has changed. */
  forget({ id, channelId }: Webhook): void {
    this.#byId.delete(id);
    this.#ofChannel.delete(channelId);
  }

  async #findOrMake(channelId: string): Promise<Webhook> {
    const { http, applicationId, name } = this.#options;
    const path = Routes.channelWebhooks(channelId);
    const all = await http.ask<APIWebhook[]>({ method: 'GET', path, repeatable: true });
    const own = all
      .filter((webhook) => webhook.application_id === applicationId && webhook.token !== undefined)
      .sort((one, other) => compareSnowflakes(one.id, other.id))[0];
    if (own?.token !== undefined) return this.#keep(own, own.token);
    const body = { name: speakerName(name, 'Familiar') };
    // Made twice, one more would stay unused.
    const made = await http.ask<APIWebhook>({ method: 'POST', path, body, repeatable: false });
    if (made.token === undefined) throw impossible();
    return this.#keep(made, made.token);
  }

  #keep({ id, channel_id: channelId }: APIWebhook, token: string): Webhook {
    const webhook = { id, token, channelId: channelId ?? '' };
    remember(this.#byId, id, webhook);
    return webhook;
  }

  #refuse(channelId: string, error: unknown): unknown {
    const told = isRefusal(error)
      ? forbidden()
      : isDiscordError(error, discordCodes.wrongChannelType)
        ? impossible()
        : error;
    if (told instanceof VendorError && !told.retryable) {
      remember(this.#refused, channelId, { untilMs: this.#options.clock.now() + REFUSED_FOR_MS, error: told });
    }
    return told;
  }
}

const isRefusal = (error: unknown): boolean =>
  isDiscordError(error, discordCodes.missingPermissions, discordCodes.missingAccess);

/** Leaves out the oldest when there are many. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
