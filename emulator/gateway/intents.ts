import { GatewayIntentBits } from 'discord-api-types/v10';
import type { StoredApplication } from '../contract.ts';

/**
 * Which intents let an event through, and which intents an application may ask for. Source: the table "List of intents"
 * in Discord's gateway documentation.
 */

interface EventIntents {
  /** Any of these bits lets the event of a guild through; 0 means that no intent is needed. */
  guild: number;
  /** The same for an event of a direct message; null means that bots never get it there. */
  dm: number | null;
}

const always: EventIntents = { guild: 0, dm: 0 };

function guildOnly(intents: number): EventIntents {
  return { guild: intents, dm: null };
}

const messages: EventIntents = { guild: GatewayIntentBits.GuildMessages, dm: GatewayIntentBits.DirectMessages };
const reactions: EventIntents = {
  guild: GatewayIntentBits.GuildMessageReactions,
  dm: GatewayIntentBits.DirectMessageReactions,
};
const polls: EventIntents = { guild: GatewayIntentBits.GuildMessagePolls, dm: GatewayIntentBits.DirectMessagePolls };

const intentsByEvent: Readonly<Record<string, EventIntents>> = {
  MESSAGE_CREATE: messages,
  MESSAGE_UPDATE: messages,
  MESSAGE_DELETE: messages,
  MESSAGE_DELETE_BULK: messages,
  MESSAGE_REACTION_ADD: reactions,
  MESSAGE_REACTION_REMOVE: reactions,
  MESSAGE_REACTION_REMOVE_ALL: reactions,
  MESSAGE_REACTION_REMOVE_EMOJI: reactions,
  MESSAGE_POLL_VOTE_ADD: polls,
  MESSAGE_POLL_VOTE_REMOVE: polls,
  TYPING_START: { guild: GatewayIntentBits.GuildMessageTyping, dm: GatewayIntentBits.DirectMessageTyping },
  CHANNEL_PINS_UPDATE: { guild: GatewayIntentBits.Guilds, dm: GatewayIntentBits.DirectMessages },
  GUILD_MEMBER_ADD: guildOnly(GatewayIntentBits.GuildMembers),
  GUILD_MEMBER_UPDATE: guildOnly(GatewayIntentBits.GuildMembers),
  GUILD_MEMBER_REMOVE: guildOnly(GatewayIntentBits.GuildMembers),
  THREAD_MEMBERS_UPDATE: guildOnly(GatewayIntentBits.GuildMembers | GatewayIntentBits.Guilds),
  GUILD_AUDIT_LOG_ENTRY_CREATE: guildOnly(GatewayIntentBits.GuildModeration),
  GUILD_BAN_ADD: guildOnly(GatewayIntentBits.GuildModeration),
  GUILD_BAN_REMOVE: guildOnly(GatewayIntentBits.GuildModeration),
  GUILD_EMOJIS_UPDATE: guildOnly(GatewayIntentBits.GuildExpressions),
  GUILD_STICKERS_UPDATE: guildOnly(GatewayIntentBits.GuildExpressions),
  GUILD_SOUNDBOARD_SOUND_CREATE: guildOnly(GatewayIntentBits.GuildExpressions),
  GUILD_SOUNDBOARD_SOUND_UPDATE: guildOnly(GatewayIntentBits.GuildExpressions),
  GUILD_SOUNDBOARD_SOUND_DELETE: guildOnly(GatewayIntentBits.GuildExpressions),
  GUILD_SOUNDBOARD_SOUNDS_UPDATE: guildOnly(GatewayIntentBits.GuildExpressions),
  GUILD_INTEGRATIONS_UPDATE: guildOnly(GatewayIntentBits.GuildIntegrations),
  INTEGRATION_CREATE: guildOnly(GatewayIntentBits.GuildIntegrations),
  INTEGRATION_UPDATE: guildOnly(GatewayIntentBits.GuildIntegrations),
  INTEGRATION_DELETE: guildOnly(GatewayIntentBits.GuildIntegrations),
  WEBHOOKS_UPDATE: guildOnly(GatewayIntentBits.GuildWebhooks),
  INVITE_CREATE: guildOnly(GatewayIntentBits.GuildInvites),
  INVITE_DELETE: guildOnly(GatewayIntentBits.GuildInvites),
  VOICE_STATE_UPDATE: guildOnly(GatewayIntentBits.GuildVoiceStates),
  VOICE_CHANNEL_EFFECT_SEND: guildOnly(GatewayIntentBits.GuildVoiceStates),
  PRESENCE_UPDATE: guildOnly(GatewayIntentBits.GuildPresences),
  GUILD_SCHEDULED_EVENT_CREATE: guildOnly(GatewayIntentBits.GuildScheduledEvents),
  GUILD_SCHEDULED_EVENT_UPDATE: guildOnly(GatewayIntentBits.GuildScheduledEvents),
  GUILD_SCHEDULED_EVENT_DELETE: guildOnly(GatewayIntentBits.GuildScheduledEvents),
  GUILD_SCHEDULED_EVENT_USER_ADD: guildOnly(GatewayIntentBits.GuildScheduledEvents),
  GUILD_SCHEDULED_EVENT_USER_REMOVE: guildOnly(GatewayIntentBits.GuildScheduledEvents),
  AUTO_MODERATION_RULE_CREATE: guildOnly(GatewayIntentBits.AutoModerationConfiguration),
  AUTO_MODERATION_RULE_UPDATE: guildOnly(GatewayIntentBits.AutoModerationConfiguration),
  AUTO_MODERATION_RULE_DELETE: guildOnly(GatewayIntentBits.AutoModerationConfiguration),
  AUTO_MODERATION_ACTION_EXECUTION: guildOnly(GatewayIntentBits.AutoModerationExecution),
};

/** Events of the Guilds intent, by how their names begin. */
const guildEventPattern = /^(GUILD_(CREATE|UPDATE|DELETE|ROLE_\w+)|CHANNEL_\w+|THREAD_\w+|STAGE_INSTANCE_\w+)$/;

function intentsOf(event: string): EventIntents {
  const listed = intentsByEvent[event];
  if (listed) return listed;
  return guildEventPattern.test(event) ? guildOnly(GatewayIntentBits.Guilds) : always;
}

/** Whether a bot that asked for `intents` gets the event `event` of a guild or of a direct message. */
export function intentsAllow(intents: number, event: string, kind: 'guild' | 'dm'): boolean {
  const needed = kind === 'guild' ? intentsOf(event).guild : intentsOf(event).dm;
  return needed !== null && (needed === 0 || (intents & needed) !== 0);
}

/** Every bit that Discord documents. A bit outside of it is answered with close code 4013. */
export const knownIntents = Object.values(GatewayIntentBits)
  .filter((bit) => typeof bit === 'number')
  .reduce((all, bit) => all | bit, 0);

/** Whether `intents` holds a privileged intent that is switched off for the application (close code 4014). */
export function asksForDisallowedIntents(intents: number, application: StoredApplication): boolean {
  const { messageContent, guildMembers, presence } = application.privilegedIntents;
  return (
    (!messageContent && (intents & GatewayIntentBits.MessageContent) !== 0) ||
    (!guildMembers && (intents & GatewayIntentBits.GuildMembers) !== 0) ||
    (!presence && (intents & GatewayIntentBits.GuildPresences) !== 0)
  );
}
