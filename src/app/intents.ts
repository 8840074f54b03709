import { GatewayIntentBits } from 'discord-api-types/v10';
import type { Logger } from '../kernel/logger.ts';
import type { FoundFeature } from './features.ts';

/** What no longer works without a privileged intent, and the switch that gives it, in Discord's own words. */
const privileged = [
  {
    bit: GatewayIntentBits.MessageContent,
    name: 'MessageContent',
    label: 'Message Content Intent',
    lost: 'I see the text of messages only when they mention me, reply to me or are direct messages; prefix commands and channels where everything is answered need it',
  },
  {
    bit: GatewayIntentBits.GuildMembers,
    name: 'GuildMembers',
    label: 'Server Members Intent',
    lost: 'I am not told who joins and leaves',
  },
  {
    bit: GatewayIntentBits.GuildPresences,
    name: 'GuildPresences',
    label: 'Presence Intent',
    lost: 'I do not see who is online',
  },
] as const;

/** One line for each privileged intent that Discord refused: what is lost, for which features, and what to click. */
export function reportRefusedIntents(refused: number, features: readonly FoundFeature[], logger: Logger): void {
  for (const intent of privileged.filter(({ bit }) => (refused & bit) !== 0)) {
    const names = features
      .filter(({ definition }) => definition.intents.includes(intent.name))
      .map(({ definition }) => definition.name);
    logger.warn(
      { intent: intent.name, features: names },
      `The ${intent.label} is off: ${intent.lost}. To switch it on: discord.com/developers/applications → your application → Bot → Privileged Gateway Intents → ${intent.label}, then restart me. Features that want it: ${names.join(', ')}.`,
    );
  }
}
