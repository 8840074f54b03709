import { MessageFlags } from 'discord-api-types/v10';
import type { Caller, Core, MessageInput, StoredMessage } from '../contract.ts';
import { discordError } from '../errors.ts';
import type { ApiRequest, ApiRouter, HttpMethod } from '../http/router.ts';
import { createAnswer } from './callback.ts';
import { isUserInstalledOnly } from './installs.ts';
import type { Interaction, InteractionRegistry } from './registry.ts';

/** Source: "Create Followup Message" in Discord's documentation: of an application that only its user has installed. */
const mostAsVisitor = 5;

type Http = ApiRequest<Caller | null>;

/**
 * What an application does with an interaction's token after its first answer: more messages, and reading, editing and
 * deleting them. These paths are also those of webhooks; here are only the ones that name an application.
 */
export function registerFollowUps(api: ApiRouter, core: Core, registry: InteractionRegistry): void {
  const add = (method: HttpMethod, path: string, handler: (interaction: Interaction, http: Http) => unknown): void => {
    api.route({
      method,
      path: `/webhooks/{webhook_id}/{webhook_token}${path}`,
      auth: 'none',
      accepts: (params) => core.world.applications.get(params.webhook_id ?? '') !== undefined,
      handler: (http) => {
        const { webhook_id: applicationId = '', webhook_token: token = '' } = http.params;
        return handler(registry.answered(applicationId, token), http);
      },
    });
  };
  add('POST', '', (interaction, http) => {
    // Without `wait` too, Discord answers follow-ups with their message.
    http.reply.status(200);
    return shown(core, interaction, followUp(core, interaction, http));
  });
  for (const path of ['/messages/@original', '/messages/{message_id}']) {
    const find = (interaction: Interaction, { params }: Http): StoredMessage =>
      findMessage(core, interaction, params.message_id ?? '@original');
    add('GET', path, (interaction, http) => shown(core, interaction, find(interaction, http)));
    add('PATCH', path, (interaction, http) => shown(core, interaction, edit(core, find(interaction, http), http)));
    add('DELETE', path, (interaction, http) => {
      core.messages.remove(find(interaction, http).id);
    });
  }
}

/** The first follow-up after a deferral fills the message that is still loading, and keeps its visibility. */
function followUp(core: Core, interaction: Interaction, http: Http): StoredMessage {
  const original = interaction.originalId === null ? undefined : core.world.messages.get(interaction.originalId);
  if (original && (original.flags & MessageFlags.Loading) !== 0) return edit(core, original, http);
  if (isUserInstalledOnly(interaction.owners) && interaction.followUpCount >= mostAsVisitor) {
    throw discordError('maximumFollowUps');
  }
  const message = createAnswer(core, interaction, inputOf(http), http.files);
  interaction.followUpCount += 1;
  return message;
}

function edit(core: Core, message: StoredMessage, http: Http): StoredMessage {
  return core.messages.edit(message.id, message.authorId, inputOf(http), http.files);
}

function inputOf({ body }: Http): MessageInput {
  return body ?? {};
}

/** `@original`, or a message that this application wrote in the channel; of ephemeral ones only this user's. */
function findMessage(core: Core, { application, channel, user, originalId }: Interaction, id: string): StoredMessage {
  const message = core.world.messages.get(id === '@original' ? (originalId ?? '') : id);
  const isOwn =
    message?.channelId === channel.id &&
    (message.id === originalId || message.applicationId === application.id) &&
    (message.ephemeralTo === null || message.ephemeralTo === user.id);
  if (!message || !isOwn) throw discordError('unknownMessage');
  return message;
}

function shown(core: Core, { application }: Interaction, message: StoredMessage): Record<string, unknown> {
  return core.messages.serialise(message, application.botUserId);
}
