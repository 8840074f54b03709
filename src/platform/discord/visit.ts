import { InteractionContextType } from 'discord-api-types/v10';
import type { APIInteraction } from 'discord-api-types/v10';
import type { Visit } from './port.ts';

const PREFIX = 'visit:';

/** Whether a channel's id stands for a use of the bot where it is no member. */
export const isVisit = (channelId: string): boolean => channelId.startsWith(PREFIX);

export const visitIdOf = (channelId: string): string => channelId.slice(PREFIX.length);

/**
 * The visit that an interaction belongs to; undefined where the bot is a member and in its direct messages. What is pressed
 * on an answer belongs to the visit of the command that brought it.
 */
export function visitOf(interaction: APIInteraction): Visit | undefined {
  // Servers that are not quite Discord leave this out.
  const owners = interaction.authorizing_integration_owners as Record<string, string> | undefined;
  const userId = owners?.['1'];
  if (userId === undefined || owners?.['0'] !== undefined) return undefined;
  if (interaction.context === InteractionContextType.BotDM) return undefined;
  return { channelId: `${PREFIX}${interaction.message?.interaction_metadata?.id ?? interaction.id}`, userId };
}
