import { StartError } from '../kernel/errors.ts';
import type { IntentName } from '../sdk/index.ts';
import type { LoadedFeature } from './features.ts';

/** Events that come with one of these intents only. Source: "List of Intents" in Discord's documentation of the gateway. */
const needed: readonly (readonly [events: RegExp, intents: readonly [IntentName, ...IntentName[]]])[] = [
  [/^GUILD_MEMBER_|^THREAD_MEMBERS_UPDATE$/, ['GuildMembers']],
  [/^GUILD_BAN_|^GUILD_AUDIT_LOG_ENTRY_CREATE$/, ['GuildModeration']],
  [/^GUILD_(EMOJIS|STICKERS|SOUNDBOARD)/, ['GuildExpressions']],
  [/^GUILD_INTEGRATIONS_UPDATE$|^INTEGRATION_/, ['GuildIntegrations']],
  [/^WEBHOOKS_UPDATE$/, ['GuildWebhooks']],
  [/^INVITE_/, ['GuildInvites']],
  [/^VOICE_STATE_UPDATE$|^VOICE_CHANNEL_EFFECT_SEND$/, ['GuildVoiceStates']],
  [/^PRESENCE_UPDATE$/, ['GuildPresences']],
  [/^MESSAGE_REACTION_/, ['GuildMessageReactions', 'DirectMessageReactions']],
  [/^MESSAGE_POLL_/, ['GuildMessagePolls', 'DirectMessagePolls']],
  [/^MESSAGE_/, ['GuildMessages', 'DirectMessages']],
  [/^TYPING_START$/, ['GuildMessageTyping', 'DirectMessageTyping']],
  [/^GUILD_SCHEDULED_EVENT_/, ['GuildScheduledEvents']],
  [/^AUTO_MODERATION_RULE_/, ['AutoModerationConfiguration']],
  [/^AUTO_MODERATION_ACTION_EXECUTION$/, ['AutoModerationExecution']],
];

/** Throws a StartError that names a feature which listens for an event without an intent that brings it. */
export function checkEventIntents(features: readonly LoadedFeature[]): void {
  for (const { definition, parts } of features) {
    for (const event of Object.keys(parts.on ?? {})) {
      const intents = needed.find(([events]) => events.test(event))?.[1];
      if (intents === undefined || intents.some((name) => definition.intents.includes(name))) continue;
      throw new StartError(
        `The feature "${definition.name}" listens for ${event}, which Discord sends with the intent ${intents.join(' or ')} only. Add it to the intents of the feature.`,
      );
    }
  }
}
