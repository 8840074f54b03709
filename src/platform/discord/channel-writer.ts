import { Routes, type APIMessage } from 'discord-api-types/v10';
import { VendorError } from '../../kernel/errors.ts';
import { nonceFromName } from '../../kernel/ids.ts';
import { discordCodes, isDiscordError, oddAnswer } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import type { OutgoingMessage, SendOptions, Urgency } from './port.ts';
import type { BucketState, Pacer } from './pacer.ts';
import { messageBody, messageFiles } from './payload.ts';

const SEARCHED_FOR_WRITTEN = 10;

/** Says with Discord's answer that a write taken from a lane is done. */
export type Taken = (answer: BucketState | undefined) => void;

export interface WriteOptions {
  /** A write already taken from the channel's lane; without it the call waits for one. */
  taken?: Taken;
  /** Only shows progress: not worth a second attempt. */
  progress?: boolean;
  /** For a write that waits for its place in the lane. */
  urgency?: Urgency;
}

/** Creates and edits messages within the channel's budget. */
export class ChannelWriter {
  #http: DiscordHttp;
  #pacer: Pacer;

  constructor(http: DiscordHttp, pacer: Pacer) {
    this.#http = http;
    this.#pacer = pacer;
  }

  async create(
    channelId: string,
    message: OutgoingMessage,
    { key, replyTo, urgency = 'answer' }: SendOptions = {},
    write: WriteOptions = { urgency },
  ): Promise<APIMessage> {
    const body = {
      ...messageBody(message),
      ...(key === undefined ? {} : { nonce: nonceFromName(key), enforce_nonce: true }),
    };
    const repeatable = key !== undefined;
    if (replyTo === undefined) return this.#post(channelId, body, message, { ...write, repeatable });
    const reply = { ...body, message_reference: { message_id: replyTo, fail_if_not_exists: false } };
    try {
      return await this.#post(channelId, reply, message, { ...write, repeatable });
    } catch (error) {
      if (!isDiscordError(error, discordCodes.replyWithoutHistory)) throw error;
      // Whoever may not read the history may still write: the answer stands there without saying to what.
      return await this.#post(channelId, body, message, { repeatable, urgency });
    }
  }

  async #post(
    channelId: string,
    body: Record<string, unknown>,
    message: OutgoingMessage,
    write: WriteOptions & { repeatable: boolean },
  ): Promise<APIMessage> {
    const path = Routes.channelMessages(channelId);
    const written = await this.#write('POST', channelId, path, body, message, write);
    return (written as APIMessage | undefined) ?? this.#findWritten(channelId, message);
  }

  /** A server that is not quite Discord answered without the message: it is the latest of a bot with that text. */
  async #findWritten(channelId: string, { content = '' }: OutgoingMessage): Promise<APIMessage> {
    const path = Routes.channelMessages(channelId);
    const query = { limit: String(SEARCHED_FOR_WRITTEN) };
    const latest = await this.#http.ask<APIMessage[]>({ method: 'GET', path, query, repeatable: true });
    const found = latest.find((other) => other.author.bot === true && other.content === content);
    if (found) return found;
    throw oddAnswer('Discord took a message, answered without it and does not show it');
  }

  /** Whether somebody has written in the channel since. False where that cannot be read. */
  async isFollowed(channelId: string, messageId: string): Promise<boolean> {
    const path = Routes.channelMessages(channelId);
    const query = { after: messageId, limit: '1' };
    try {
      const request = { method: 'GET', path, query, patient: false, repeatable: true } as const;
      return (await this.#http.ask<APIMessage[]>(request)).length > 0;
    } catch (error) {
      if (error instanceof VendorError) return false;
      throw error;
    }
  }

  /** Resolves to the message as Discord shows it; a server that is not quite Discord may answer without it. */
  async edit(
    channelId: string,
    messageId: string,
    message: OutgoingMessage,
    write: WriteOptions = {},
  ): Promise<APIMessage | undefined> {
    const path = Routes.channelMessage(channelId, messageId);
    const attempt = (how: WriteOptions) =>
      this.#write('PATCH', channelId, path, messageBody(message), message, { ...how, repeatable: true });
    const { taken: _taken, ...later } = write;
    const edited = await this.awake(
      channelId,
      () => attempt(write),
      () => attempt(later),
    );
    return edited as APIMessage | undefined;
  }

  /** A message that is gone already counts as deleted. */
  async delete(channelId: string, messageId: string): Promise<void> {
    const path = Routes.channelMessage(channelId, messageId);
    const attempt = () => this.#http.request({ method: 'DELETE', path, repeatable: true });
    try {
      await this.awake(channelId, attempt, attempt);
    } catch (error) {
      if (!isDiscordError(error, discordCodes.unknownMessage)) throw error;
    }
  }

  /** A new message wakes an archived thread by itself; what is changed in one has to wake it first. */
  async awake<T>(channelId: string, attempt: () => Promise<T>, again: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!isDiscordError(error, discordCodes.archivedThread)) throw error;
      try {
        const body = { archived: false };
        await this.#http.request({ method: 'PATCH', path: Routes.channel(channelId), body, repeatable: true });
      } catch {
        // It is locked, or not for the bot to wake.
        throw error;
      }
      return await again();
    }
  }

  async #write(
    method: 'POST' | 'PATCH',
    channelId: string,
    path: `/${string}`,
    body: unknown,
    message: OutgoingMessage,
    write: WriteOptions & { repeatable: boolean },
  ): Promise<unknown> {
    const lane = this.#pacer.lane(channelId);
    const taken = write.taken ?? (await lane.enter(write.urgency));
    let bucket: BucketState | undefined;
    try {
      return await this.#http.request({
        method,
        path,
        body,
        files: messageFiles(message),
        repeatable: write.repeatable,
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
}
