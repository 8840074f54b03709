import {
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  Routes,
  type APIApplicationCommandOptionChoice,
  type APIInteraction,
  type APIInteractionResponseCallbackData,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
} from 'discord-api-types/v10';
import type { RawFile } from '@discordjs/rest';
import { VendorError } from '../../kernel/errors.ts';
import type { MessageWriter } from './message-writer.ts';
import { visitOf } from './visit.ts';
import type { Visits } from './visits.ts';
import { discordCodes, isDiscordError } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import type { InteractionReplies, OutgoingMessage } from './port.ts';
import { discordLimits } from './limits.ts';
import { clip, messageBody, messageFiles } from './payload.ts';

/**
 * What Discord has been told: nothing yet; that an answer comes (`deferred`, in public or not); that the component's
 * message stays as it is for now (`acknowledged`); the answer (`answered`).
 */
type State = 'fresh' | 'deferred' | 'acknowledged' | 'answered';

interface Callback {
  type: InteractionResponseType;
  data?: object;
  files?: RawFile[];
}

interface CallbackAnswer {
  resource?: { message?: APIMessage };
}

/** The token has run out, or was never known to Discord. */
const EXPIRED = [discordCodes.invalidWebhookToken, discordCodes.unknownWebhook, discordCodes.unknownInteraction];

/**
 * Answers one interaction, in whichever state it is. Another process may have answered first (40060): then the deferred
 * answer is filled or followed up, as the state says. After 15 minutes, public replies go to the channel as messages.
 */
export class Replies implements InteractionReplies {
  #interaction: APIInteraction;
  #http: DiscordHttp;
  #writer: MessageWriter;
  #state: State = 'fresh';
  #ephemeral = false;
  #sent = 0;
  #visits: Visits;

  constructor(interaction: APIInteraction, http: DiscordHttp, writer: MessageWriter, visits: Visits) {
    this.#visits = visits;
    this.#interaction = interaction;
    this.#http = http;
    this.#writer = writer;
  }

  async defer({ ephemeral }: { ephemeral: boolean }): Promise<void> {
    if (this.#state !== 'fresh') return;
    const data = ephemeral ? { flags: MessageFlags.Ephemeral } : {};
    await this.#callback({ type: InteractionResponseType.DeferredChannelMessageWithSource, data });
    this.#state = 'deferred';
    this.#ephemeral = ephemeral;
  }

  async deferUpdate(): Promise<void> {
    if (this.#state !== 'fresh') return;
    try {
      await this.#callback({ type: InteractionResponseType.DeferredMessageUpdate });
    } catch (error) {
      // Discord has told the presser already that nothing came; what the press was for is done all the same.
      if (!isDiscordError(error, ...EXPIRED)) throw error;
    }
    this.#state = 'acknowledged';
  }

  async reply(message: OutgoingMessage, options: { ephemeral?: boolean } = {}): Promise<APIMessage | undefined> {
    const written = await this.#reply(message, options.ephemeral ?? false);
    const visit = visitOf(this.#interaction);
    if (visit) await this.#visits.answered(visit.channelId);
    return written;
  }

  async #reply(message: OutgoingMessage, ephemeral: boolean): Promise<APIMessage | undefined> {
    try {
      if (this.#state === 'fresh') return await this.#answer(message, ephemeral);
      if (this.#state === 'deferred') return await this.#fill(message);
      return await this.#followUp(message, ephemeral);
    } catch (error) {
      const hidden = this.#state === 'deferred' ? this.#ephemeral : ephemeral;
      const channel = visitOf(this.#interaction) ? undefined : this.#interaction.channel;
      if (hidden || !isDiscordError(error, ...EXPIRED) || channel === undefined) throw error;
      this.#sent += 1;
      const key = `interaction/${this.#interaction.id}/${this.#sent}`;
      return this.#writer.create(channel.id, message, { key });
    }
  }

  async refuse(message: OutgoingMessage): Promise<void> {
    try {
      if (this.#state === 'deferred' && !this.#ephemeral) {
        await this.#http.request({ ...this.#original, method: 'DELETE' });
        this.#state = 'answered';
      }
      await this.reply(message, { ephemeral: true });
    } catch (error) {
      // Nobody is left to be told.
      if (!isDiscordError(error, ...EXPIRED)) throw error;
    }
  }

  async update(message: OutgoingMessage): Promise<void> {
    try {
      await this.#update(message);
    } catch (error) {
      const on = this.#interaction.message;
      const isPublic = on !== undefined && ((on.flags ?? 0) & MessageFlags.Ephemeral) === 0;
      if (!isPublic || !isDiscordError(error, ...EXPIRED)) throw error;
      await this.#writer.edit(on.channel_id, on.id, message);
    }
  }

  async #update(message: OutgoingMessage): Promise<void> {
    if (this.#state === 'fresh') {
      const data = messageBody(message);
      const callback = { type: InteractionResponseType.UpdateMessage, data, files: messageFiles(message) };
      if (await this.#callback(callback)) {
        this.#state = 'acknowledged';
        return;
      }
      this.#state = 'acknowledged';
    }
    if (this.#state === 'acknowledged') {
      await this.#editOriginal(message);
      return;
    }
    // The original answer is a message of its own by now; the component's is edited as any other.
    const on = this.#interaction.message;
    if (on) await this.#writer.edit(on.channel_id, on.id, message);
  }

  async modal(modal: APIModalInteractionResponseCallbackData): Promise<void> {
    if (this.#state !== 'fresh') throw new Error('A modal can only be the first answer to an interaction');
    const data = { ...modal, title: clip(modal.title, discordLimits.modalTitleLength) };
    await this.#callback({ type: InteractionResponseType.Modal, data });
    this.#state = 'acknowledged';
  }

  async autocomplete(choices: APIApplicationCommandOptionChoice[]): Promise<void> {
    const kept = choices.slice(0, discordLimits.autocompleteChoices).map((choice) => ({
      ...choice,
      name: clip(choice.name, discordLimits.choiceNameLength),
    }));
    const type = InteractionResponseType.ApplicationCommandAutocompleteResult;
    try {
      await this.#callback({ type, data: { choices: kept } });
    } catch (error) {
      // The person has typed on, or the three seconds have passed: nobody waits for these choices.
      if (!isDiscordError(error, discordCodes.unknownInteraction)) throw error;
    }
  }

  async #answer(message: OutgoingMessage, ephemeral: boolean): Promise<APIMessage | undefined> {
    const data = withEphemeral(messageBody(message), ephemeral);
    const type = InteractionResponseType.ChannelMessageWithSource;
    const answer = await this.#callback({ type, data, files: messageFiles(message) });
    if (answer) {
      this.#state = 'answered';
      return answer.resource?.message ?? (await this.#written());
    }
    const fromComponent = this.#interaction.type === InteractionType.MessageComponent;
    this.#state = fromComponent ? 'acknowledged' : 'deferred';
    return fromComponent ? this.#followUp(message, ephemeral) : this.#fill(message);
  }

  /** The answer as it stands, from a server that does not tell with the callback. Undefined where it tells nowhere. */
  async #written(): Promise<APIMessage | undefined> {
    try {
      return await this.#http.ask<APIMessage>({ ...this.#original, method: 'GET' });
    } catch (error) {
      if (error instanceof VendorError) return undefined;
      throw error;
    }
  }

  async #fill(message: OutgoingMessage): Promise<APIMessage | undefined> {
    const filled = await this.#editOriginal(message);
    this.#state = 'answered';
    return filled ?? this.#written();
  }

  async #followUp(message: OutgoingMessage, ephemeral: boolean): Promise<APIMessage | undefined> {
    const written = await this.#http.request({
      method: 'POST',
      path: Routes.webhook(this.#interaction.application_id, this.#interaction.token),
      query: { wait: 'true' },
      body: withEphemeral(messageBody(message), ephemeral),
      files: messageFiles(message),
      tokenInPath: true,
      // Follow-ups have no nonce: whether one whose answer was lost has been made cannot be known.
      repeatable: false,
    });
    return written as APIMessage | undefined;
  }

  async #editOriginal(message: OutgoingMessage): Promise<APIMessage | undefined> {
    const content = { body: messageBody(message), files: messageFiles(message) };
    return (await this.#http.request({ ...this.#original, ...content, method: 'PATCH' })) as APIMessage | undefined;
  }

  get #original() {
    const path = Routes.webhookMessage(this.#interaction.application_id, this.#interaction.token, '@original');
    return { path, tokenInPath: true, repeatable: true } as const;
  }

  /** Undefined when the interaction has been answered already, here (when the answer to that was lost) or elsewhere. */
  async #callback(callback: Callback): Promise<CallbackAnswer | undefined> {
    const { files, ...body } = callback;
    try {
      const answer = await this.#http.request({
        method: 'POST',
        path: Routes.interactionCallback(this.#interaction.id, this.#interaction.token),
        query: { with_response: 'true' },
        body,
        ...(files ? { files } : {}),
        tokenInPath: true,
        repeatable: true,
      });
      return answer ?? {};
    } catch (error) {
      if (isDiscordError(error, discordCodes.alreadyAcknowledged)) return undefined;
      throw error;
    }
  }
}

function withEphemeral(body: Record<string, unknown>, ephemeral: boolean): APIInteractionResponseCallbackData {
  const flags = typeof body['flags'] === 'number' ? body['flags'] : 0;
  return ephemeral ? { ...body, flags: flags | MessageFlags.Ephemeral } : body;
}
