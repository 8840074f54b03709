import type {
  APIApplicationCommandInteraction,
  APIInteraction,
  APIInteractionGuildMember,
  APIUser,
  GatewayMessageCreateDispatchData,
} from 'discord-api-types/v10';
import type { Discord, DiscordCache } from '../platform/discord/index.ts';
import type { Call, Caller } from '../sdk/index.ts';

const nameOf = (user: APIUser, nick: string | null | undefined) => nick ?? user.global_name ?? user.username;

type Place = Pick<Call, 'guildId' | 'channelId' | 'calledId' | 'visit'>;

/** Where an interaction was made. Of a server that the bot only visits, nothing is known and no rule applies. */
export function placeOfInteraction(interaction: APIInteraction, { visits }: Pick<Discord, 'visits'>): Place {
  const { id: calledId, guild_id: guildId = null, channel } = interaction;
  const visit = visits.of(interaction);
  if (visit) return { guildId: null, channelId: visit.channelId, calledId, visit };
  return { guildId, channelId: channel?.id ?? '', calledId };
}

/** Who made an interaction. Discord sends the effective permissions along; in a visit they are none of the bot's business. */
export function callerOfInteraction(
  interaction: APIInteraction,
  administrators: ReadonlySet<string>,
  { visit }: Pick<Call, 'visit'>,
): Caller {
  const member: APIInteractionGuildMember | undefined = interaction.member;
  const user = member?.user ?? interaction.user;
  if (!user) throw new Error('An interaction carries neither a member nor a user.');
  return {
    userId: user.id,
    displayName: nameOf(user, member?.nick),
    roleIds: visit ? [] : (member?.roles ?? []),
    permissions: member && !visit ? BigInt(member.permissions) : null,
    instanceAdministrator: administrators.has(user.id),
  };
}

/** Who wrote a message; permissions are computed from the cache, since messages do not carry them. */
export async function callerOfMessage(
  message: GatewayMessageCreateDispatchData,
  cache: DiscordCache,
  administrators: ReadonlySet<string>,
): Promise<Caller> {
  const roleIds = message.member?.roles ?? [];
  const { author } = message;
  return {
    userId: author.id,
    displayName: nameOf(author, message.member?.nick),
    roleIds,
    permissions: message.guild_id ? await cache.memberPermissions(message.channel_id, author.id, roleIds) : null,
    instanceAdministrator: administrators.has(author.id),
  };
}

/** What the people in the options of a command, or its target's author, are called. */
export function namesInInteraction({ data }: APIApplicationCommandInteraction): Record<string, string> {
  if (!('resolved' in data) || data.resolved === undefined) return {};
  const users = 'users' in data.resolved ? Object.values(data.resolved.users ?? {}) : [];
  const members = 'members' in data.resolved ? (data.resolved.members ?? {}) : {};
  const authors =
    'messages' in data.resolved ? Object.values(data.resolved.messages ?? {}).map(({ author }) => author) : [];
  return Object.fromEntries([...authors, ...users].map((user) => [user.id, nameOf(user, members[user.id]?.nick)]));
}

/** What the people whom a message mentions are called. */
export function namesInMessage({ mentions = [] }: GatewayMessageCreateDispatchData): Record<string, string> {
  return Object.fromEntries(mentions.map((user) => [user.id, nameOf(user, user.member?.nick)]));
}
