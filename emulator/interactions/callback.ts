import { MessageFlags, MessageType } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, MessageInput, StoredInteraction, StoredMessage, UploadedFile } from '../contract.ts';
import { formError } from '../errors.ts';
import { integer, parseForm, text } from '../forms.ts';
import type { ApiRequest } from '../http/router.ts';
import { CommandType } from './command-schema.ts';
import { mayAnswerPublicly } from './installs.ts';
import { parseModal } from './modals.ts';
import { InteractionType, type Interaction, type InteractionRegistry } from './registry.ts';

/** Source: "Interaction Callback Type" in Discord's documentation. */
const CallbackType = {
  message: 4,
  deferredMessage: 5,
  deferredUpdate: 6,
  update: 7,
  autocomplete: 8,
  modal: 9,
} as const;

const callbackForm = z.object({ type: integer(1, 12), data: z.unknown().optional() });
const choicesForm = z.object({
  choices: z
    .array(
      z.object({
        name: text(1, 100),
        name_localizations: z.record(z.string(), z.string()).nullish(),
        value: z.union([z.string().max(100), z.number()]),
      }),
    )
    .max(25),
});

/**
 * The first answer to an interaction. Throws 10062 (unknown or later than three seconds), 40060 (answered already) and
 * 50035; whatever is wrong with the data leaves the interaction unanswered, so that the bot may try again.
 */
export function answerInteraction(
  core: Core,
  registry: InteractionRegistry,
  { params, query, body, files, reply }: ApiRequest<Caller | null>,
): unknown {
  const interaction = registry.waiting(params.interaction_id ?? '', params.interaction_token ?? '');
  const { type, data } = parseForm(callbackForm, body);
  if (!allowedTypes(interaction).includes(type)) {
    const message = `Value must be one of {${allowedTypes(interaction).join(', ')}}.`;
    throw formError(['type'], 'BASE_TYPE_CHOICES', message);
  }
  const message = perform(core, registry, interaction, type, data, files);
  registry.acknowledge(interaction);
  if (query.with_response !== 'true') return undefined;
  reply.status(200);
  return callbackResponse(core, interaction, type, message);
}

function allowedTypes({ type, message }: Interaction): number[] {
  const { message: write, deferredMessage, deferredUpdate, update, autocomplete, modal } = CallbackType;
  if (type === InteractionType.autocomplete) return [autocomplete];
  const updates = message === null ? [] : [deferredUpdate, update];
  return [write, deferredMessage, ...updates, ...(type === InteractionType.modal ? [] : [modal])];
}

/** Does what the callback asks for and answers the message that `@original` now means. */
function perform(
  core: Core,
  registry: InteractionRegistry,
  interaction: Interaction,
  type: number,
  data: unknown,
  files: readonly UploadedFile[],
): StoredMessage | null {
  switch (type) {
    case CallbackType.message:
    case CallbackType.deferredMessage: {
      const isDeferred = type === CallbackType.deferredMessage;
      const message = isDeferred
        ? createAnswer(core, interaction, { flags: messageData(data).flags ?? 0 }, [], MessageFlags.Loading)
        : createAnswer(core, interaction, messageData(data), files);
      interaction.originalId = message.id;
      return message;
    }
    case CallbackType.update:
      if (interaction.message) {
        // A webhook of the application may have written the message.
        const { id, authorId } = interaction.message;
        const message = core.messages.edit(id, authorId, messageData(data), files);
        interaction.originalId = message.id;
        return message;
      }
      return null;
    case CallbackType.deferredUpdate:
      interaction.originalId = interaction.message?.id ?? null;
      return interaction.message;
    case CallbackType.autocomplete:
      sendChoices(core, interaction, data);
      return null;
    default:
      showModal(core, registry, interaction, data);
      return null;
  }
}

function messageData(data: unknown): MessageInput {
  return data ?? {};
}

/**
 * Writes a message in the name of the application. The first answer to a command has a message type of its own; later
 * ones name the first. Whether it is ephemeral is told by a flag, as everywhere at Discord.
 */
export function createAnswer(
  core: Core,
  interaction: Interaction,
  input: MessageInput,
  files: readonly UploadedFile[],
  extraFlags = 0,
): StoredMessage {
  const { application, user, channel, commandType, owners, originalId } = interaction;
  const flags = typeof input.flags === 'number' ? input.flags : 0;
  const isEphemeral = (flags & MessageFlags.Ephemeral) !== 0 || !mayAnswerPublicly(core, owners, user.id, channel);
  const isFirst = originalId === null;
  const { message_reference: _reference, ...rest } = input;
  return core.messages.create(
    {
      channelId: channel.id,
      authorId: application.botUserId,
      applicationId: application.id,
      ephemeralTo: isEphemeral ? user.id : null,
      flags: extraFlags | (isEphemeral ? MessageFlags.Ephemeral : 0),
      ...(isFirst && commandType !== null ? { type: typeOfAnswer(commandType) } : {}),
      interaction: {
        ...causeOf(interaction),
        ...(originalId === null ? {} : { originalResponseId: originalId }),
      },
    },
    // As for webhooks, what an answer refers to is not for the application to say.
    { ...rest, flags: flags & ~MessageFlags.Ephemeral },
    files,
  );
}

function causeOf({
  id,
  type,
  user,
  name,
  message,
  owners,
  targetId,
  commandType,
  origin,
}: Interaction): StoredInteraction {
  const targetType = commandType === CommandType.user ? 'user' : 'message';
  return {
    ...{ id, type, userId: user.id, name, owners },
    ...(message === null ? {} : { interactedMessageId: message.id }),
    ...(targetId === null ? {} : { target: { type: targetType, id: targetId } }),
    ...(origin === null ? {} : { triggeredBy: causeOf(origin) }),
  };
}

function typeOfAnswer(commandType: number): MessageType {
  return commandType === CommandType.chatInput ? MessageType.ChatInputCommand : MessageType.ContextMenuCommand;
}

function sendChoices(core: Core, { nonce, user }: Interaction, data: unknown): void {
  const { choices } = parseForm(z.object({ data: choicesForm }), { data }).data;
  core.bus.announce({
    t: 'APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE',
    d: { nonce, choices },
    audience: { kind: 'users', userIds: [user.id] },
  });
}

function showModal(core: Core, registry: InteractionRegistry, interaction: Interaction, data: unknown): void {
  const { custom_id: customId, title, components } = parseModal(data);
  registry.showModal({ origin: interaction, customId, title, components });
  const { application } = interaction;
  core.bus.announce({
    t: 'INTERACTION_MODAL_CREATE',
    d: {
      id: interaction.id,
      nonce: interaction.nonce,
      channel_id: interaction.channel.id,
      application: { id: application.id, name: application.name, icon: null, description: '' },
      custom_id: customId,
      title,
      components,
    },
    audience: { kind: 'users', userIds: [interaction.user.id] },
  });
}

/**
 * Source: InteractionCallbackResponse in Discord's OpenAPI description, where a resource is a message created (4) or
 * updated (7), deferred or not; completions and forms have none.
 */
function callbackResponse(
  core: Core,
  { id, type: interactionType, application, channel }: Interaction,
  type: number,
  message: StoredMessage | null,
): Record<string, unknown> {
  const interaction = {
    id,
    type: interactionType,
    channel_id: channel.id,
    ...(channel.guildId === null ? {} : { guild_id: channel.guildId }),
  };
  if (message === null) return { interaction };
  const isNew = type === CallbackType.message || type === CallbackType.deferredMessage;
  return {
    interaction: {
      ...interaction,
      response_message_id: message.id,
      response_message_loading: (message.flags & MessageFlags.Loading) !== 0,
      response_message_ephemeral: message.ephemeralTo !== null,
    },
    resource: {
      type: isNew ? CallbackType.message : CallbackType.update,
      message: core.messages.serialise(message, application.botUserId),
    },
  };
}
