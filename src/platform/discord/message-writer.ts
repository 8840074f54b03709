import { Routes, type APIMessage } from 'discord-api-types/v10';
import type { ChannelWriter, WriteOptions } from './channel-writer.ts';
import { VendorError } from '../../kernel/errors.ts';
import { discordCodes, isDiscordError } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import type { OutgoingMessage, SendOptions } from './port.ts';
import { replyLine } from './speaker.ts';
import { isVisit } from './visit.ts';
import type { VisitWriter } from './visit-writer.ts';
import type { WebhookWriter } from './webhook-writer.ts';
import { remember } from './webhooks.ts';
import type { Webhook, Webhooks } from './webhooks.ts';

interface MessageWriterOptions {
  http: DiscordHttp;
  channels: ChannelWriter;
  spoken: WebhookWriter;
  webhooks: Webhooks;
  visits: VisitWriter;
}

/** Writes as the bot or as somebody else, and changes messages of both: whose one is, is remembered or looked up. */
export class MessageWriter {
  readonly #options: MessageWriterOptions;
  /** By message, the webhook that sent it. */
  readonly #senders = new Map<string, string>();

  constructor(options: MessageWriterOptions) {
    this.#options = options;
  }

  async create(
    channelId: string,
    message: OutgoingMessage,
    { spoken, ...options }: SendOptions = {},
    write?: WriteOptions,
  ): Promise<APIMessage> {
    const { channels, spoken: webhookWriter } = this.#options;
    const { urgency } = options;
    if (isVisit(channelId)) return this.#options.visits.create(channelId, message, options, write);
    if (!spoken) return channels.create(channelId, message, options, write);
    const { replyTo } = options;
    const lead = replyTo === undefined ? '' : await this.lead(channelId, replyTo);
    const whole = lead === '' ? message : { ...message, content: `${lead}${message.content ?? ''}` };
    const sent = await webhookWriter.send(channelId, whole, spoken, write ?? (urgency ? { urgency } : {}));
    if (sent.webhook_id !== undefined) remember(this.#senders, sent.id, sent.webhook_id);
    return sent;
  }

  /** As `replyLine`. */
  async lead(channelId: string, messageId: string): Promise<string> {
    const { guildId } = await this.#options.webhooks.placeOf(channelId);
    return replyLine(guildId, channelId, messageId);
  }

  /** Resolves to the message as Discord shows it; a server that is not quite Discord may answer without it. */
  async edit(
    channelId: string,
    messageId: string,
    message: OutgoingMessage,
    write: WriteOptions = {},
  ): Promise<APIMessage | undefined> {
    const { channels, spoken, webhooks, visits } = this.#options;
    if (isVisit(channelId)) return visits.edit(channelId, messageId, message, write);
    const senderId = this.#senders.get(messageId);
    const known = senderId === undefined ? undefined : await webhooks.byId(senderId);
    if (known) return spoken.edit(await this.#to(channelId, known), messageId, message, write);
    try {
      return await channels.edit(channelId, messageId, message, write);
    } catch (error) {
      if (!isDiscordError(error, discordCodes.othersMessage)) throw error;
      const { taken: _taken, ...again } = write;
      const webhook = await this.#senderOf(channelId, messageId, error);
      return spoken.edit(await this.#to(channelId, webhook), messageId, message, again);
    }
  }

  /** The ids of a message's attachments; none where it cannot be read. */
  async attachmentsOf(channelId: string, messageId: string): Promise<string[]> {
    const { http, visits } = this.#options;
    const path = Routes.channelMessage(channelId, messageId);
    try {
      const { attachments } = isVisit(channelId)
        ? await visits.find(channelId, messageId)
        : await http.ask<Partial<APIMessage>>({ method: 'GET', path, repeatable: true });
      return (attachments ?? []).map(({ id }) => id);
    } catch (error) {
      if (error instanceof VendorError) return [];
      throw error;
    }
  }

  /** A message that is gone already counts as deleted. */
  async delete(channelId: string, messageId: string): Promise<void> {
    const { channels, spoken, webhooks, visits } = this.#options;
    if (isVisit(channelId)) return visits.delete(channelId, messageId);
    const senderId = this.#senders.get(messageId);
    const known = senderId === undefined ? undefined : await webhooks.byId(senderId);
    if (known) return spoken.delete(await this.#to(channelId, known), messageId);
    try {
      await channels.delete(channelId, messageId);
    } catch (error) {
      if (!isDiscordError(error, discordCodes.missingPermissions)) throw error;
      const webhook = await this.#senderOf(channelId, messageId, error);
      await spoken.delete(await this.#to(channelId, webhook), messageId);
    }
  }

  isFollowed(channelId: string, messageId: string): Promise<boolean> {
    if (isVisit(channelId)) return Promise.resolve(false);
    return this.#options.channels.isFollowed(channelId, messageId);
  }

  async #to(
    channelId: string,
    webhook: Webhook,
  ): Promise<{ webhook: Webhook; channelId: string; threadId: string | undefined }> {
    return { webhook, channelId, threadId: (await this.#options.webhooks.placeOf(channelId)).threadId };
  }

  /** Rejects with `refusal` when no webhook of the bot's own sent it, and with `discord/10015` when that is gone. */
  async #senderOf(channelId: string, messageId: string, refusal: VendorError): Promise<Webhook> {
    const { http, webhooks } = this.#options;
    const path = Routes.channelMessage(channelId, messageId);
    const { webhook_id: id, application_id: applicationId } = await http.ask<APIMessage>({
      ...{ method: 'GET', path, repeatable: true },
    });
    if (id === undefined || applicationId !== webhooks.applicationId) throw refusal;
    remember(this.#senders, messageId, id);
    const webhook = await webhooks.byId(id);
    if (webhook) return webhook;
    const { retryable } = refusal;
    throw new VendorError(discordCodes.unknownWebhook, 'the webhook of this message was deleted', { retryable });
  }
}
