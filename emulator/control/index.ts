import { ChannelFlags } from 'discord-api-types/v10';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Core, Gateway } from '../contract.ts';
import {
  BOT_PERMISSIONS,
  addBot,
  addMember,
  createApplication,
  createChannel,
  createGuild,
  createUser,
} from '../creation.ts';
import { BOUGHT, saveEntitlement } from '../entitlements.ts';
import { DiscordError, discordError } from '../errors.ts';
import { integer, parseForm, permissionBits, snowflake, text } from '../forms.ts';
import { FORUM_LIMITS, forumWithTags } from '../forums.ts';
import type { RequestGuard } from '../http/guard.ts';
import type { HttpServer } from '../http/server.ts';
import { announceGuildCreated, announceMemberAdded, announceRole } from '../rest/member-events.ts';
import { channelObject } from '../serialise/channel.ts';
import { entitlementObject } from '../serialise/entitlement.ts';
import { announceChannel } from '../threads.ts';
import { memberKey } from '../world.ts';
import { makeCrowd } from './crowd.ts';
import { changeInstall } from './installs.ts';
import { stateObject } from './state.ts';

interface ControlParts {
  server: HttpServer;
  core: Core;
  guard: RequestGuard;
  gateway: Gateway;
  dashboard: () => string | null;
}

type ControlRoute = (body: unknown, query: unknown) => unknown;

const faultForm = z.object({
  match: z.object({ method: z.string().optional(), route: z.string().optional(), event: z.string().optional() }),
  times: integer(1, 1_000_000).default(1),
  answer: z.object({
    status: integer(200, 599).optional(),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.coerce.string()).optional(),
    delayMs: integer(0, 600_000).optional(),
    close: z.union([z.boolean(), z.int()]).optional(),
    drop: z.boolean().optional(),
    empty: z.boolean().optional(),
  }),
});

const gatewayForm = z.object({
  action: z.enum(['drop', 'reconnect', 'invalid_session']),
  resumable: z.boolean().optional(),
  userId: snowflake.optional(),
});

const tagForm = z.object({ name: text(1, 20), moderated: z.boolean().default(false) });

const channelForm = z.object({
  guildId: snowflake,
  name: text(1, 100),
  type: integer(0, 16).optional(),
  parentId: snowflake.optional(),
  topic: text(0, 1024).optional(),
  nsfw: z.boolean().optional(),
  /** Forum and media channels. */
  tags: z
    .array(z.union([text(1, 20).transform((name) => ({ name, moderated: false })), tagForm]))
    .max(FORUM_LIMITS.tags)
    .optional(),
  requireTag: z.boolean().optional(),
  overwrites: z
    .array(
      z.object({
        id: snowflake,
        type: z.union([z.literal(0), z.literal(1)]),
        allow: permissionBits.default('0'),
        deny: permissionBits.default('0'),
      }),
    )
    .optional(),
});

const crowdForm = z.object({
  guilds: integer(1, 2500),
  channels: integer(0, 500).default(50),
  members: integer(0, 10_000).default(100),
});

/** What has been bought; a test's entitlement is made by the application itself. */
const entitlementForm = z.object({
  applicationId: snowflake,
  skuId: snowflake,
  userId: snowflake.nullable().default(null),
  guildId: snowflake.nullable().default(null),
  startsAt: z.iso.datetime({ offset: true }).nullable().default(null),
  endsAt: z.iso.datetime({ offset: true }).nullable().default(null),
});

const INTENTS = ['messageContent', 'guildMembers', 'presence'] as const;

const applicationForm = z.object({
  name: text(1, 32),
  /** Off unless named, as `{messageContent: true}` or `['messageContent']`. */
  intents: z
    .union([z.array(z.enum(INTENTS)), z.partialRecord(z.enum(INTENTS), z.boolean())])
    .default([])
    .transform((given) => {
      const isOn = (name: (typeof INTENTS)[number]): boolean =>
        Array.isArray(given) ? given.includes(name) : given[name] === true;
      return { messageContent: isOn('messageContent'), guildMembers: isOn('guildMembers'), presence: isOn('presence') };
    }),
  /** Where the bot becomes a member; every guild unless given. */
  guildIds: z.array(snowflake).optional(),
});

/** The control interface under `/_control`: what no Discord has, for tests and for the playground. */
export function registerControl(parts: ControlParts): void {
  const { server, core, guard, dashboard } = parts;
  const mount = (method: 'GET' | 'POST' | 'DELETE', name: string, run: ControlRoute): void => {
    server.app.route({
      method,
      url: `/_control/${name}`,
      handler: (request: FastifyRequest) => {
        const refusal = guard.controlRefusal(request.raw);
        if (refusal !== undefined) throw new DiscordError(403, 0, refusal);
        const result = run(request.body, request.query);
        core.world.flush();
        return Promise.resolve(result ?? {});
      },
    });
  };
  registerMaking(core, mount);
  mount('POST', 'crowd', (body) => makeCrowd(core, parseForm(crowdForm, body)));
  mount('GET', 'state', () => ({
    ...{ ...stateObject(core), dashboard: dashboard() },
    invalidRequests: core.limits.invalidCounts(),
  }));
  mount('GET', 'requests', (_body, query) => {
    const { since } = parseForm(z.object({ since: integer(0, Number.MAX_SAFE_INTEGER).default(0) }), query);
    return server.requests.since(since);
  });
  mount('POST', 'limits', (body) => {
    core.limits.enforce = parseForm(z.object({ enforce: z.boolean() }), body).enforce;
    return { enforce: core.limits.enforce };
  });
  mount('POST', 'installs', (body) => changeInstall(core, body, true));
  mount('DELETE', 'installs', (body) => changeInstall(core, body, false));
  mount('POST', 'faults', (body) => {
    core.faults.add(JSON.parse(JSON.stringify(parseForm(faultForm, body))) as Parameters<typeof core.faults.add>[0]);
  });
  mount('POST', 'gateway', (body) => {
    const { action, resumable, userId } = parseForm(gatewayForm, body);
    return parts.gateway.control({
      action,
      ...(resumable === undefined ? {} : { resumable }),
      ...(userId === undefined ? {} : { userId }),
    });
  });
}

function registerMaking(core: Core, mount: (method: 'POST', name: string, run: ControlRoute) => void): void {
  const { world, clock } = core;
  mount('POST', 'guilds', (body) => {
    const { name, ownerId } = parseForm(z.object({ name: text(2, 100), ownerId: snowflake.optional() }), body);
    const owner = ownerId ?? [...world.users.values()].find((user) => !user.bot)?.id ?? createUser(world, 'owner').id;
    const guild = createGuild(world, clock, name, owner);
    const general = createChannel(world, guild.id, { name: 'general' });
    world.guilds.set(guild.id, { ...guild, systemChannelId: general.id });
    for (const application of world.applications.values()) {
      const bot = world.users.get(application.botUserId);
      if (bot !== undefined) addBot(world, clock, guild.id, bot, BOT_PERMISSIONS);
    }
    announceGuildCreated(core, guild.id);
    return stateObject(core).guilds.find(({ id }) => id === guild.id);
  });
  mount('POST', 'members', (body) => {
    const form = parseForm(
      z.object({ guildId: snowflake, username: text(1, 32), roles: z.array(z.string()).default([]) }),
      body,
    );
    requireGuild(core, form.guildId);
    const known = [...world.users.values()].find((user) => user.username === form.username && !user.bot);
    const user = known ?? createUser(world, form.username);
    const isNew = world.members.get(memberKey(form.guildId, user.id)) === undefined;
    const roleIds = form.roles.map((role) => roleIdOf(core, form.guildId, role));
    const member = addMember(world, clock, form.guildId, user.id, roleIds);
    if (isNew) announceMemberAdded(core, member);
    return { id: user.id, username: user.username, token: user.token, roles: member.roleIds };
  });
  mount('POST', 'channels', (body) => makeChannel(core, body));
  mount('POST', 'entitlements', (body) => {
    const form = parseForm(entitlementForm, body);
    if (world.applications.get(form.applicationId) === undefined) throw discordError('unknownApplication');
    const entitlement = { ...form, id: world.snowflake(), type: BOUGHT, deleted: false, consumed: false };
    saveEntitlement(core, 'ENTITLEMENT_CREATE', entitlement);
    return entitlementObject(core, entitlement);
  });
  mount('POST', 'applications', (body) => {
    const { name, intents, guildIds } = parseForm(applicationForm, body);
    const owner = [...world.users.values()].find((user) => !user.bot) ?? createUser(world, 'owner');
    const { application, bot } = createApplication(world, name, owner.id, intents);
    for (const guild of [...world.guilds.values()]) {
      if (guildIds !== undefined && !guildIds.includes(guild.id)) continue;
      const member = addBot(world, clock, guild.id, bot, BOT_PERMISSIONS);
      for (const roleId of member.roleIds) announceRole(core, 'GUILD_ROLE_CREATE', guild.id, roleId);
      announceMemberAdded(core, member);
    }
    return { id: application.id, botUserId: bot.id, botToken: bot.token };
  });
}

function makeChannel(core: Core, body: unknown): unknown {
  const { guildId, tags, requireTag, ...form } = parseForm(channelForm, body);
  requireGuild(core, guildId);
  const given = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
  const channel = createChannel(core.world, guildId, {
    ...given,
    name: form.name,
    ...(tags === undefined ? {} : { forum: forumWithTags(core.world, tags) }),
    ...(requireTag === true ? { flags: ChannelFlags.RequireTag } : {}),
  });
  announceChannel(core, 'CHANNEL_CREATE', channel);
  return channelObject(core.world, channel, '');
}

/** A role by its id or its name. */
function roleIdOf(core: Core, guildId: string, idOrName: string): string {
  const role = core.world.rolesOf(guildId).find(({ id, name }) => id === idOrName || name === idOrName);
  if (role === undefined) throw new DiscordError(404, 10011, `The guild ${guildId} has no role ${idOrName}.`);
  return role.id;
}

function requireGuild(core: Core, guildId: string): void {
  if (core.world.guilds.get(guildId) === undefined) throw new DiscordError(404, 10004, `There is no guild ${guildId}.`);
}
