import { Routes } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { VendorError } from '../../kernel/errors.ts';
import type { WriteOptions } from './channel-writer.ts';
import { discordCodes, isDiscordError, oddAnswer } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import type { BucketState, Pacer } from './pacer.ts';
import { messageBody, messageFiles } from './payload.ts';
import type { OutgoingMessage, SendOptions } from './port.ts';
import { visitOver } from './visits.ts';
import type { OpenVisit, Visits } from './visits.ts';

interface VisitWriterOptions {
  http: DiscordHttp;
  pacer: Pacer;
  visits: Visits;
}

/** Writes where the bot is no member: follow-ups of the interaction, without a reference to what they reply to. */
export class VisitWriter {
  readonly #options: VisitWriterOptions;

  constructor(options: VisitWriterOptions) {
    this.#options = options;
  }

  async create(
    channelId: string,
    message: OutgoingMessage,
    { key, urgency = 'answer' }: SendOptions = {},
    write: WriteOptions = { urgency },
  ): Promise<APIMessage> {
    const { http, visits } = this.#options;
    return this.#writing(channelId, write, async (visit, onBucket) => {
      const earlier = key === undefined ? undefined : await visits.sent(visit, key);
      if (earlier !== undefined) return http.ask<APIMessage>({ ...pathOf(visit, earlier), method: 'GET' });
      const sent = await http.request({
        ...{ method: 'POST', path: Routes.webhook(visit.applicationId, visit.token), query: { wait: 'true' } },
        ...{ body: messageBody(message), files: messageFiles(message), tokenInPath: true, onBucket },
        // Nobody can look whether one whose answer was lost is there.
        repeatable: false,
      });
      if (sent === undefined) throw oddAnswer('Discord took a message and answered without it');
      const written = sent as APIMessage;
      if (key !== undefined) await visits.remember(visit, key, written.id);
      return written;
    });
  }

  async find(channelId: string, messageId: string): Promise<APIMessage> {
    const visit = await this.#options.visits.forWriting(channelId);
    return this.#options.http.ask<APIMessage>({ ...pathOf(visit, messageId), method: 'GET' });
  }

  async edit(
    channelId: string,
    messageId: string,
    message: OutgoingMessage,
    write: WriteOptions = {},
  ): Promise<APIMessage | undefined> {
    const edited = await this.#writing(channelId, write, (visit, onBucket) =>
      this.#options.http.request({
        ...{ ...pathOf(visit, messageId), method: 'PATCH', onBucket },
        ...{ body: messageBody(message), files: messageFiles(message) },
        ...(write.progress ? { priority: 'progress', patient: false } : {}),
      }),
    );
    return edited as APIMessage | undefined;
  }

  /** A message that is gone already counts as deleted. */
  async delete(channelId: string, messageId: string): Promise<void> {
    const visit = await this.#options.visits.forWriting(channelId);
    try {
      await this.#options.http.request({ ...pathOf(visit, messageId), method: 'DELETE' });
    } catch (error) {
      if (!isDiscordError(error, discordCodes.unknownMessage)) throw asVisitOver(error);
    }
  }

  async #writing<T>(
    channelId: string,
    write: WriteOptions,
    run: (visit: OpenVisit, onBucket: (state: BucketState) => void) => Promise<T>,
  ): Promise<T> {
    const { pacer, visits } = this.#options;
    const lane = pacer.lane(channelId);
    const taken = write.taken ?? (await lane.enter(write.urgency));
    let bucket: BucketState | undefined;
    try {
      return await run(await visits.forWriting(channelId), (state) => (bucket = state));
    } catch (error) {
      if (error instanceof VendorError && error.retryAfterMs !== undefined) lane.block(error.retryAfterMs);
      throw asVisitOver(error);
    } finally {
      taken(bucket);
    }
  }
}

const pathOf = ({ applicationId, token }: OpenVisit, messageId: string) =>
  ({ path: Routes.webhookMessage(applicationId, token, messageId), tokenInPath: true, repeatable: true }) as const;

const asVisitOver = (error: unknown): unknown =>
  isDiscordError(error, discordCodes.invalidWebhookToken, discordCodes.unknownWebhook) ? visitOver() : error;
