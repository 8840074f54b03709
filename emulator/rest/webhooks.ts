import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, MessageInput, StoredChannel, StoredMessage, StoredWebhook } from '../contract.ts';
import { discordError, formError } from '../errors.ts';
import { isOn, parseForm, snowflake, text } from '../forms.ts';
import { isForum } from '../forums.ts';
import type { ApiRequest, ApiRouter, Routes } from '../http/router.ts';
import { findInteractive } from '../messages/components.ts';
import { userObject } from '../serialise/user.ts';
import { createWebhookToken } from '../tokens.ts';
import { requireIn, requireTextChannel, visibleGuildChannel } from './access.ts';
import { guildRoute } from './guild-route.ts';
import { avatarAt, storeImage } from './images.ts';
import { checkedTags, appliedTags } from './post-settings.ts';
import { createPost } from './posts.ts';
import { DEFAULT_AUTO_ARCHIVE_MINUTES } from './thread-settings.ts';

const MAX_WEBHOOKS = 15;

const webhookName = text(1, 80, { trimmed: true }).superRefine((value, context) => {
  if (!/clyde|discord/i.test(String(value))) return;
  context.addIssue({
    code: 'custom',
    message: 'Username cannot contain "discord" or "clyde"',
    params: { code: 'USERNAME_INVALID_CONTAINS' },
  });
});

export const registerWebhookRoutes: Routes = (api, core) => {
  registerManaging(api, core);
  registerOwnerAccess(api, core);
  registerTokenAccess(api, core);
  registerExecution(api, core);
};

function webhookObject(core: Core, webhook: StoredWebhook, withCreator = true): Record<string, unknown> {
  const creator = core.world.users.get(webhook.creatorId);
  return {
    id: webhook.id,
    type: 1,
    channel_id: webhook.channelId,
    guild_id: webhook.guildId,
    application_id: webhook.applicationId,
    name: webhook.name,
    avatar: webhook.avatar,
    token: webhook.token,
    url: `${core.origin}/api/webhooks/${webhook.id}/${webhook.token}`,
    ...(withCreator && creator !== undefined ? { user: userObject(creator) } : {}),
  };
}

function webhooksOf(core: Core, isWanted: (webhook: StoredWebhook) => boolean): StoredWebhook[] {
  return [...core.world.webhooks.values()].filter(isWanted);
}

const registerManaging: Routes = (api, core) => {
  const path = '/channels/{channel_id}/webhooks';
  api.route({
    method: 'GET',
    path,
    auth: 'any',
    handler: ({ caller, params }) => {
      const { channel } = visibleGuildChannel(core, caller, params['channel_id']);
      requireIn(core, caller, channel, PermissionFlagsBits.ManageWebhooks);
      return webhooksOf(core, ({ channelId }) => channelId === channel.id).map((webhook) =>
        webhookObject(core, webhook),
      );
    },
  });
  guildRoute(api, core, {
    method: 'GET',
    path: '/guilds/{guild_id}/webhooks',
    needs: PermissionFlagsBits.ManageWebhooks,
    handler: ({ guild }) => {
      return webhooksOf(core, ({ guildId }) => guildId === guild.id).map((webhook) => webhookObject(core, webhook));
    },
  });
  api.route({
    method: 'POST',
    path,
    auth: 'any',
    handler: ({ caller, params, body }) => {
      const { channel, guild } = visibleGuildChannel(core, caller, params['channel_id']);
      if (channel.thread !== null) throw discordError('wrongChannelType');
      if (!isForum(channel)) requireTextChannel(channel);
      requireIn(core, caller, channel, PermissionFlagsBits.ManageWebhooks);
      const form = parseForm(z.object({ name: webhookName, avatar: z.string().nullish() }), body);
      if (webhooksOf(core, ({ channelId }) => channelId === channel.id).length >= MAX_WEBHOOKS) {
        throw discordError('maximumWebhooks');
      }
      const webhook: StoredWebhook = {
        id: core.world.snowflake(),
        channelId: channel.id,
        guildId: guild.id,
        name: form.name,
        avatar: storeImage(core, ['avatar'], 'avatars', form.avatar),
        token: createWebhookToken(),
        applicationId: caller.user.applicationId,
        creatorId: caller.user.id,
      };
      core.world.webhooks.set(webhook.id, webhook);
      announceWebhooks(core, webhook);
      return webhookObject(core, webhook);
    },
  });
};

function announceWebhooks(core: Core, { guildId, channelId }: StoredWebhook): void {
  core.bus.announce({
    t: 'WEBHOOKS_UPDATE',
    d: { guild_id: guildId, channel_id: channelId },
    audience: { kind: 'guild', guildId, channelId },
  });
}

const editForm = z.object({
  name: webhookName.optional(),
  avatar: z.string().nullish(),
  channel_id: snowflake.optional(),
});

function editWebhook(core: Core, webhook: StoredWebhook, body: unknown, mayMove: boolean): StoredWebhook {
  const form = parseForm(editForm, body);
  const next = {
    ...webhook,
    name: form.name ?? webhook.name,
    avatar: form.avatar === undefined ? webhook.avatar : storeImage(core, ['avatar'], 'avatars', form.avatar),
  };
  if (mayMove && form.channel_id !== undefined) {
    const target = core.world.channels.get(form.channel_id);
    if (target?.guildId !== webhook.guildId) throw discordError('unknownChannel');
    next.channelId = target.id;
  }
  core.world.webhooks.set(next.id, next);
  announceWebhooks(core, next);
  return next;
}

const registerOwnerAccess: Routes = (api, core) => {
  const path = '/webhooks/{webhook_id}';
  const find = (caller: Caller, params: Record<string, string>): StoredWebhook => {
    const webhook = core.world.webhooks.get(params['webhook_id'] ?? '');
    if (webhook === undefined) throw discordError('unknownWebhook');
    const { channel } = visibleGuildChannel(core, caller, webhook.channelId);
    requireIn(core, caller, channel, PermissionFlagsBits.ManageWebhooks);
    return webhook;
  };
  api.route({
    method: 'GET',
    path,
    auth: 'any',
    handler: ({ caller, params }) => webhookObject(core, find(caller, params)),
  });
  api.route({
    method: 'PATCH',
    path,
    auth: 'any',
    handler: ({ caller, params, body }) => webhookObject(core, editWebhook(core, find(caller, params), body, true)),
  });
  api.route({
    method: 'DELETE',
    path,
    auth: 'any',
    handler: ({ caller, params }) => {
      const webhook = find(caller, params);
      core.world.webhooks.delete(webhook.id);
      announceWebhooks(core, webhook);
    },
  });
};

/** The same paths serve the tokens of interactions, whose first part is an application. */
function routeWithToken(
  api: ApiRouter,
  core: Core,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  handler: (webhook: StoredWebhook, request: ApiRequest<Caller | null>) => unknown,
): void {
  api.route({
    method,
    path: `/webhooks/{webhook_id}/{webhook_token}${path}`,
    auth: 'none',
    accepts: (params) => core.world.applications.get(params['webhook_id'] ?? '') === undefined,
    handler: (request) => {
      const webhook = core.world.webhooks.get(request.params['webhook_id'] ?? '');
      if (webhook === undefined) throw discordError('unknownWebhook');
      if (webhook.token !== request.params['webhook_token']) throw discordError('invalidWebhookToken');
      return handler(webhook, request);
    },
  });
}

const registerTokenAccess: Routes = (api, core) => {
  routeWithToken(api, core, 'GET', '', (webhook) => webhookObject(core, webhook, false));
  routeWithToken(api, core, 'PATCH', '', (webhook, { body }) =>
    webhookObject(core, editWebhook(core, webhook, body, false), false),
  );
  routeWithToken(api, core, 'DELETE', '', (webhook) => {
    core.world.webhooks.delete(webhook.id);
    announceWebhooks(core, webhook);
  });
};

const registerExecution: Routes = (api, core) => {
  routeWithToken(api, core, 'POST', '', (webhook, request) => execute(core, webhook, request));
  const path = '/messages/{message_id}';
  const find = (webhook: StoredWebhook, request: ApiRequest<Caller | null>): StoredMessage => {
    const message = core.world.messages.get(request.params['message_id'] ?? '');
    const channelId = targetOf(core, webhook, request.query['thread_id']);
    if (message?.webhook?.id !== webhook.id || message.channelId !== channelId) throw discordError('unknownMessage');
    return message;
  };
  routeWithToken(api, core, 'GET', path, (webhook, request) =>
    core.messages.serialise(find(webhook, request), webhook.id),
  );
  routeWithToken(api, core, 'PATCH', path, (webhook, request) => {
    const message = find(webhook, request);
    const input = withAllowedComponents(webhook, request);
    const edited = core.messages.edit(message.id, webhook.id, input, request.files);
    return core.messages.serialise(edited, webhook.id);
  });
  routeWithToken(api, core, 'DELETE', path, (webhook, request) => {
    core.messages.remove(find(webhook, request).id);
  });
};

const executeForm = z.object({
  username: webhookName.nullish(),
  avatar_url: z.string().max(2048).nullish(),
  thread_name: text(0, 100).nullish(),
  applied_tags: appliedTags.nullish(),
});

/**
 * Webhooks of applications take every component. Others ignore components unless they are asked for, and then take none
 * that a member can use. Source: `with_components` in Discord's webhook resource.
 */
function withAllowedComponents(webhook: StoredWebhook, { body, query }: ApiRequest<Caller | null>): MessageInput {
  const input = { ...((body ?? {}) as MessageInput) };
  if (webhook.applicationId !== null) return input;
  if (!isOn(query['with_components'])) delete input.components;
  const path = Array.isArray(input.components) ? findInteractive(input.components) : null;
  if (path === null) return input;
  throw formError(
    path,
    'COMPONENT_INTERACTIVE_NOT_ALLOWED',
    'Only webhooks of applications send interactive components',
  );
}

function execute(core: Core, webhook: StoredWebhook, request: ApiRequest<Caller | null>): unknown {
  const { body, query, files } = request;
  const form = parseForm(executeForm, body);
  const input = withAllowedComponents(webhook, request);
  delete input.message_reference;
  delete input.enforce_nonce;
  const avatar = avatarAt(core, form.avatar_url) ?? webhook.avatar;
  const author = {
    authorId: webhook.id,
    applicationId: webhook.applicationId,
    webhook: { id: webhook.id, name: form.username ?? webhook.name, avatar },
  };
  const forum = forumToPostIn(core, webhook, form, query['thread_id']);
  const message =
    forum === null
      ? core.messages.create({ channelId: targetOf(core, webhook, query['thread_id']), ...author }, input, files)
      : createPost(core, forum, {
          fields: {
            ...{ name: form.thread_name ?? '', ownerId: webhook.id, memberIds: [] },
            // A webhook has no permissions that it could lack.
            appliedTagIds: checkedTags(forum, form.applied_tags ?? [], [], true),
            autoArchiveMinutes: DEFAULT_AUTO_ARCHIVE_MINUTES,
            rateLimitPerUser: null,
          },
          ...{ author, input, files },
        }).message;
  return isOn(query['wait']) ? core.messages.serialise(message, webhook.id) : undefined;
}

/** The forum in which an execution starts a post; null when it writes into a channel or a thread that exists. */
function forumToPostIn(
  core: Core,
  webhook: StoredWebhook,
  form: z.output<typeof executeForm>,
  threadId: string | undefined,
): StoredChannel | null {
  const channel = core.world.channels.get(webhook.channelId);
  if (channel === undefined || !isForum(channel)) {
    if (form.thread_name || form.applied_tags?.length) throw discordError('webhookNoForum');
    return null;
  }
  if (form.thread_name && threadId !== undefined) throw discordError('webhookTwoThreads');
  if (!form.thread_name && threadId === undefined) throw discordError('webhookNeedsThread');
  return threadId === undefined ? channel : null;
}

/** The webhook's channel, or a thread of it. */
function targetOf(core: Core, webhook: StoredWebhook, threadId: string | undefined): string {
  if (threadId === undefined) return webhook.channelId;
  const thread = core.world.channels.get(threadId);
  if (thread === undefined) throw discordError('unknownChannel');
  if (thread.parentId !== webhook.channelId || thread.thread === null) {
    throw formError(['thread_id'], 'THREAD_INVALID', 'The thread is not one of the channel of this webhook');
  }
  return thread.id;
}
