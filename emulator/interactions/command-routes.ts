import { ApplicationIntegrationType, type APIApplicationCommand } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, StoredApplication } from '../contract.ts';
import { DiscordError, discordError, formError, FormErrors } from '../errors.ts';
import { parseForm } from '../forms.ts';
import type { ApiRequest, ApiRouter, HttpMethod } from '../http/router.ts';
import { memberKey } from '../world.ts';
import { commandForm, commandLimits, CommandType, type CommandForm } from './command-schema.ts';

/** Where a set of commands applies: everywhere, or in one guild. */
interface Scope {
  application: StoredApplication;
  guildId: string | null;
}

/** Names are unique among the commands of one type. */
const duplicateName = ['APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique'] as const;

type CommandHandler = (core: Core, scope: Scope, request: ApiRequest<Caller>) => unknown;

/** The commands of an application, global and per guild, for its own bot. */
export function registerCommandRoutes(api: ApiRouter, core: Core): void {
  const add = (method: HttpMethod, path: string, handler: CommandHandler): void => {
    api.route({
      method,
      path,
      auth: 'bot',
      handler: (request) => handler(core, scopeOf(core, request), request),
    });
  };
  for (const scope of ['/applications/{application_id}', '/applications/{application_id}/guilds/{guild_id}']) {
    add('GET', `${scope}/commands`, (_core, where, { query }) =>
      commandsIn(core, where).map((command) => shown(command, query.with_localizations === 'true')),
    );
    add('POST', `${scope}/commands`, createCommand);
    add('PUT', `${scope}/commands`, overwriteCommands);
    add('GET', `${scope}/commands/{command_id}`, (_core, where, { params }) => shown(findCommand(core, where, params)));
    add('PATCH', `${scope}/commands/{command_id}`, editCommand);
    add('DELETE', `${scope}/commands/{command_id}`, (_core, where, { params }) => {
      core.world.commands.delete(findCommand(core, where, params).id);
    });
  }
  const guildCommands = '/applications/{application_id}/guilds/{guild_id}/commands';
  add('GET', `${guildCommands}/permissions`, () => []);
  add('GET', `${guildCommands}/{command_id}/permissions`, (_core, where, { params }) => {
    findCommand(core, where, params);
    throw new DiscordError(404, 10066, 'Unknown application command permissions');
  });
}

function scopeOf(core: Core, { caller, params }: ApiRequest<Caller>): Scope {
  const application = core.world.applications.get(params.application_id ?? '');
  if (!application) throw discordError('unknownApplication');
  if (application.botUserId !== caller.user.id) {
    throw new DiscordError(403, 20012, 'You are not authorized to perform this action on this application');
  }
  const guildId = params.guild_id ?? null;
  if (guildId !== null && !core.world.members.get(memberKey(guildId, caller.user.id))) {
    throw discordError('missingAccess');
  }
  return { application, guildId };
}

function commandsIn({ world }: Core, { application, guildId }: Scope): APIApplicationCommand[] {
  return [...world.commands.values()].filter(
    (command) => command.application_id === application.id && (command.guild_id ?? null) === guildId,
  );
}

/** Permissions of a guild may name global commands too; everything else looks in its own scope. */
function findCommand(core: Core, scope: Scope, params: Record<string, string>): APIApplicationCommand {
  const command = core.world.commands.get(params.command_id ?? '');
  const isHere = command?.application_id === scope.application.id && (command.guild_id ?? null) === scope.guildId;
  if (!command || !isHere) throw discordError('unknownCommand');
  return command;
}

/** Lists leave localizations out unless they are asked for. */
function shown(command: APIApplicationCommand, withLocalizations = true): Partial<APIApplicationCommand> {
  if (withLocalizations) return command;
  const { name_localizations: _names, description_localizations: _descriptions, ...rest } = command;
  return rest;
}

/** A command of the same name and type is replaced and keeps its id. */
function createCommand(core: Core, scope: Scope, { body, reply }: ApiRequest<Caller>): unknown {
  const form = parseForm(commandForm, body);
  const existing = commandsIn(core, scope);
  const before = existing.find((command) => isSame(command, form));
  if (!before) checkCounts([...existing.map(({ type }) => type), typeOf(form)]);
  const command = build(core, scope, form, before);
  core.world.commands.set(command.id, command);
  reply.status(before ? 200 : 201);
  return command;
}

function overwriteCommands(core: Core, scope: Scope, { body }: ApiRequest<Caller>): unknown {
  const forms = parseForm(z.array(commandForm), body);
  checkCounts(forms.map(typeOf));
  checkNames(forms);
  const existing = commandsIn(core, scope);
  const commands = forms.map((form) =>
    build(
      core,
      scope,
      form,
      existing.find((command) => isSame(command, form)),
    ),
  );
  const kept = new Set(commands.map(({ id }) => id));
  for (const { id } of existing) if (!kept.has(id)) core.world.commands.delete(id);
  for (const command of commands) core.world.commands.set(command.id, command);
  return commands;
}

function editCommand(core: Core, scope: Scope, { body, params }: ApiRequest<Caller>): unknown {
  const before = findCommand(core, scope, params);
  const changes = typeof body === 'object' && body !== null ? body : {};
  const form = parseForm(commandForm, { ...before, ...changes, type: before.type });
  const others = commandsIn(core, scope).filter(({ id }) => id !== before.id);
  if (others.some((command) => isSame(command, form))) throw formError(['name'], ...duplicateName);
  const command = build(core, scope, form, before);
  core.world.commands.set(command.id, command);
  return command;
}

function typeOf(form: CommandForm): number {
  return form.type ?? CommandType.chatInput;
}

function isSame(command: APIApplicationCommand, form: CommandForm): boolean {
  return command.name === form.name && Number(command.type) === typeOf(form);
}

function checkCounts(types: readonly number[]): void {
  for (const [type, limit] of Object.entries(commandLimits.perScope)) {
    if (types.filter((other) => String(other) === type).length > limit) {
      throw new DiscordError(400, 30032, `Maximum number of application commands reached (${String(limit)})`);
    }
  }
}

function checkNames(forms: readonly CommandForm[]): void {
  const errors = new FormErrors();
  const seen = new Set<string>();
  forms.forEach((form, index) => {
    const key = `${String(typeOf(form))}/${form.name}`;
    if (seen.has(key)) errors.add([index, 'name'], ...duplicateName);
    seen.add(key);
  });
  errors.throwIfAny();
}

/** The stored command; its version changes only when something else does. */
function build(
  core: Core,
  { application, guildId }: Scope,
  form: CommandForm,
  before: APIApplicationCommand | undefined,
): APIApplicationCommand {
  const id = before?.id ?? core.world.snowflake();
  const command = {
    id,
    application_id: application.id,
    version: before?.version ?? id,
    type: typeOf(form),
    name: form.name,
    name_localizations: form.name_localizations ?? null,
    description: form.description ?? '',
    description_localizations: form.description_localizations ?? null,
    default_member_permissions: form.default_member_permissions ?? null,
    contexts: form.contexts ?? null,
    integration_types: form.integration_types ?? installTypesOf(application),
    nsfw: form.nsfw ?? false,
    ...(guildId === null ? { dm_permission: form.dm_permission ?? true } : { guild_id: guildId }),
    ...((form.options?.length ?? 0) === 0 ? {} : { options: withoutNulls(form.options) }),
  } as unknown as APIApplicationCommand;
  if (before && JSON.stringify(before) !== JSON.stringify(command)) command.version = core.world.snowflake();
  return command;
}

/** Where a command says nothing, it is for every way in which its application can be installed. */
function installTypesOf({ integrationTypes = {} }: StoredApplication): number[] {
  const types = Object.keys(integrationTypes).map(Number);
  return types.length === 0 ? [ApplicationIntegrationType.GuildInstall] : types;
}

/** Discord leaves out what an option does not say, and `required: false` with it. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, item]) => item !== null && item !== undefined && !(key === 'required' && item === false),
  );
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]));
}
