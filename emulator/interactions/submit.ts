import { PermissionFlagsBits, type APIApplicationCommand } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, StoredApplication, StoredChannel, StoredUser, UploadedFile } from '../contract.ts';
import { discordError, formError } from '../errors.ts';
import { parseForm, snowflake } from '../forms.ts';
import type { ApiRequest } from '../http/router.ts';
import { offeredCommands } from './command-index.ts';
import { CommandType } from './command-schema.ts';
import { checkSelected, findComponent, isSelect } from './components.ts';
import { ownersAt, ownersOfCommand, ownersOfMessage, type Place } from './installs.ts';
import { checkSubmission, submittedComponents } from './modal-submission.ts';
import { checkOptions, optionValues, type OptionValue } from './option-values.ts';
import { interactionPayload } from './payload.ts';
import { InteractionType, type Interaction, type InteractionRegistry, type NewInteraction } from './registry.ts';
import { Resolver } from './resolve.ts';

const requestForm = z.object({
  type: z.union([z.literal(2), z.literal(3), z.literal(4), z.literal(5)]),
  application_id: snowflake,
  guild_id: snowflake.nullish(),
  channel_id: snowflake,
  message_id: snowflake.nullish(),
  session_id: z.string().nullish(),
  nonce: z.union([z.string(), z.number()]).nullish(),
  data: z.unknown(),
});

const commandData = z.object({
  id: snowflake.nullish(),
  name: z.string(),
  type: z.number().optional(),
  version: snowflake.nullish(),
  options: optionValues.nullish(),
  target_id: snowflake.nullish(),
  attachments: z.array(z.object({ id: snowflake, filename: z.string().nullish() })).nullish(),
});
const componentData = z.object({
  component_type: z.number(),
  custom_id: z.string(),
  values: z.array(z.string()).nullish(),
});
const modalData = z.object({ custom_id: z.string(), components: submittedComponents });

/** One press or typed command, once its place is known to be allowed. */
interface Request {
  type: Interaction['type'];
  caller: StoredUser;
  application: StoredApplication;
  channel: StoredChannel;
  messageId: string | null;
  nonce: string | null;
  data: unknown;
  files: readonly UploadedFile[];
}

/** What the interaction becomes, and the data that the application gets. */
interface Prepared {
  details: Pick<NewInteraction, 'name' | 'commandType' | 'message' | 'owners' | 'targetId' | 'origin'>;
  data: unknown;
}

/**
 * Takes what a person pressed or typed (`POST /interactions`), checks it as Discord does and hands it to the
 * application's bot. The answer is empty; how it went arrives by the gateway. Throws 50035, 10003, 10062, 50001, 50013.
 */
export function submitInteraction(core: Core, registry: InteractionRegistry, http: ApiRequest<Caller>): void {
  const request = readRequest(core, http);
  const { data, details } = prepare(core, registry, request);
  const { type, application, caller: user, channel, nonce } = request;
  const interaction = registry.open({ type, application, user, channel, nonce, ...details });
  // A bot without any session, not even one that could be resumed in time, will not answer.
  if (![...core.world.sessions.values()].some(({ userId }) => userId === application.botUserId)) {
    return registry.fail(interaction);
  }
  core.bus.announce({
    t: 'INTERACTION_CREATE',
    d: interactionPayload(core, interaction, data),
    audience: { kind: 'users', userIds: [application.botUserId] },
  });
}

function prepare(core: Core, registry: InteractionRegistry, request: Request): Prepared {
  if (request.type === InteractionType.component) return prepareComponent(core, request);
  if (request.type === InteractionType.modal) return prepareModal(core, registry, request);
  return prepareCommand(core, request);
}

function readRequest(core: Core, { caller, body, files }: ApiRequest<Caller>): Request {
  const form = parseForm(requestForm, body);
  const application = core.world.applications.get(form.application_id);
  if (!application) throw discordError('unknownApplication');
  const channel = core.world.channels.get(form.channel_id);
  if (!channel) throw discordError('unknownChannel');
  requirePlace(core, caller.user, channel, form.type);
  return {
    type: form.type,
    caller: caller.user,
    application,
    channel,
    messageId: form.message_id ?? null,
    nonce: form.nonce == null ? null : String(form.nonce),
    data: form.data,
    files,
  };
}

/** The person sees the channel and may use commands there. */
function requirePlace(core: Core, user: StoredUser, channel: StoredChannel, type: Interaction['type']): void {
  const granted = core.permissions(user.id, { channelId: channel.id });
  if ((granted & PermissionFlagsBits.ViewChannel) === 0n) throw discordError('missingAccess');
  const isTyped = type === InteractionType.command || type === InteractionType.autocomplete;
  if (isTyped && (granted & PermissionFlagsBits.UseApplicationCommands) === 0n)
    throw discordError('missingPermissions');
}

function placeOf({ caller, channel }: Request): Place {
  return { userId: caller.id, channel, guildId: channel.guildId };
}

function prepareCommand(core: Core, request: Request): Prepared {
  const { data: form } = parseForm(z.object({ data: commandData }), { data: request.data });
  const command = findCommand(core, request, form);
  const resolver = new Resolver(core, { channel: request.channel, uploads: uploadsOf(request) });
  const isAutocomplete = request.type === InteractionType.autocomplete;
  const viewerId = request.caller.id;
  const options = checkOptions(command, form.options ?? [], { resolver, viewerId, isAutocomplete });
  const type = Number(command.type);
  const target = type === CommandType.chatInput ? null : addTarget(type, form.target_id, resolver, request);
  const resolved = resolver.result();
  const data = {
    id: command.id,
    name: command.name,
    type,
    ...(command.guild_id === undefined ? {} : { guild_id: command.guild_id }),
    ...(options.length > 0 ? { options } : {}),
    ...(target === null ? {} : { target_id: target }),
    ...(resolved ? { resolved } : {}),
  };
  const owners = ownersOfCommand(core, request.application, command, placeOf(request));
  const name = pathOf(command.name, options);
  return { details: { name, commandType: type, message: null, owners, targetId: target, origin: null }, data };
}

/** Uploads by the n of their `files[n]`, under which options and fields name them. */
function uploadsOf({ files }: Request): ReadonlyMap<string, UploadedFile> {
  return new Map(files.map((file) => [String(file.index), file]));
}

/** A command is meant by its id, or by its name and type among those that the person is offered. */
function findCommand(core: Core, request: Request, form: z.output<typeof commandData>): APIApplicationCommand {
  const place = placeOf(request);
  if (Object.keys(ownersAt(core, request.application, place)).length === 0) throw discordError('missingAccess');
  const offered = offeredCommands(core, request.application, place);
  const type = form.type ?? CommandType.chatInput;
  const command = offered.find((candidate) =>
    form.id == null ? candidate.name === form.name && Number(candidate.type) === type : candidate.id === form.id,
  );
  if (!command) {
    const isHidden = form.id != null && core.world.commands.get(form.id)?.application_id === request.application.id;
    throw discordError(isHidden ? 'missingPermissions' : 'unknownCommand');
  }
  if (form.version != null && form.version !== command.version) {
    const message = 'This command is outdated, please try again in a few minutes';
    throw formError(['data', 'version'], 'INTERACTION_APPLICATION_COMMAND_INVALID_VERSION', message);
  }
  return command;
}

function addTarget(type: number, id: string | null | undefined, resolver: Resolver, request: Request): string {
  const isThere =
    id != null &&
    (type === CommandType.user ? resolver.addUser(id) : resolver.addMessage(id, request.application.botUserId));
  if (!isThere) throw formError(['data', 'target_id'], 'BASE_TYPE_REQUIRED', 'The target is not there');
  return id;
}

/** The name with its sub-commands, as clients show it over the answer. */
function pathOf(name: string, options: readonly OptionValue[]): string {
  const [first] = options;
  return first?.options ? pathOf(`${name} ${first.name}`, first.options) : name;
}

function prepareComponent(core: Core, request: Request): Prepared {
  const { data: form } = parseForm(z.object({ data: componentData }), { data: request.data });
  const message = core.world.messages.get(request.messageId ?? '');
  const isHidden = message?.ephemeralTo != null && message.ephemeralTo !== request.caller.id;
  if (!message || message.channelId !== request.channel.id || isHidden) throw discordError('unknownMessage');
  const owner = message.applicationId ?? core.world.users.get(message.authorId)?.applicationId;
  if (owner !== request.application.id) {
    throw formError(['application_id'], 'COMPONENT_VALIDATION_FAILED', 'The message is of another application');
  }
  const owners = ownersOfMessage(core, request.application, message, placeOf(request));
  if (Object.keys(owners).length === 0) throw discordError('missingAccess');
  const component = findComponent(message.components, form.custom_id, form.component_type);
  const resolver = new Resolver(core, { channel: request.channel, uploads: new Map() });
  const values = form.values ?? [];
  if (isSelect(component.type)) checkSelected(component, values, resolver, request.caller.id, ['data', 'values']);
  const resolved = resolver.result();
  const data = {
    custom_id: form.custom_id,
    component_type: component.type,
    ...('id' in component ? { id: component.id } : {}),
    ...(isSelect(component.type) ? { values } : {}),
    ...(resolved ? { resolved } : {}),
  };
  return { details: { name: form.custom_id, commandType: null, message, owners, targetId: null, origin: null }, data };
}

function prepareModal(core: Core, registry: InteractionRegistry, request: Request): Prepared {
  const { data: form } = parseForm(z.object({ data: modalData }), { data: request.data });
  const shown = registry.findModal(request.caller.id, request.application.id, form.custom_id);
  const uploads = uploadsOf(request);
  const resolver = new Resolver(core, { channel: request.channel, uploads });
  const viewerId = request.caller.id;
  const components = checkSubmission(shown.components, form.components, { resolver, viewerId, uploads });
  registry.closeModal(shown);
  const { message, owners } = shown.origin;
  const current = message === null ? null : (core.world.messages.get(message.id) ?? null);
  const resolved = resolver.result();
  const data = { custom_id: form.custom_id, components, ...(resolved ? { resolved } : {}) };
  const { origin, title: name } = shown;
  return { details: { name, commandType: null, message: current, owners, targetId: null, origin }, data };
}
