import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { customId } from '../sdk/index.ts';
import type { TestBot } from './bot.ts';

const unknownId = '00000000-0000-4000-8000-000000000000';

/** The custom_id of a component whose state does not exist. */
export const buttonId = (feature: string, name: string, version: number) => customId(feature, name, unknownId, version);

/** Five rows of five. */
const buttonsPerMessage = 25;

/** The message that holds the component with this index. */
export function messageOf(messages: readonly APIMessage[], index: number): APIMessage {
  const message = messages[Math.floor(index / buttonsPerMessage)];
  if (!message) throw new Error(`There is no message for component ${index}.`);
  return message;
}

/** Has the bot post each registered component, in order, as a button whose state does not exist. */
export function postEverything(bot: TestBot, channelId: string): Promise<APIMessage[]> {
  const buttons = bot.app.features.flatMap(({ definition, parts }) =>
    Object.entries(parts.components ?? {}).map(([name, handler]) => ({
      type: ComponentType.Button as const,
      style: ButtonStyle.Secondary as const,
      label: name,
      custom_id: buttonId(definition.name, name, handler.version),
    })),
  );
  const rows = Array.from({ length: Math.ceil(buttons.length / 5) }, (_, row) => ({
    type: ComponentType.ActionRow as const,
    components: buttons.slice(row * 5, row * 5 + 5),
  }));
  const messages = Array.from({ length: Math.ceil(rows.length / 5) }, (_, at) => rows.slice(at * 5, at * 5 + 5));
  return Promise.all(
    messages.map((components) => bot.app.discord.actions.send(channelId, { content: 'Everything', components })),
  );
}
