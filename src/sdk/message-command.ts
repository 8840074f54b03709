import type { APIMessage, APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import type { OutgoingMessage } from '../platform/discord/index.ts';
import type { Call, CommandRules } from './command.ts';

/** A choice of a message command from the menu of a message. */
export interface MessageCommandCall extends Call {
  /** The message whose menu it was, as Discord sends it along: with its text, whatever the bot's intents. */
  target: APIMessage;
  /** The first call answers, later ones add. `ephemeral` defaults to the command's. */
  reply(message: OutgoingMessage, options?: { ephemeral?: boolean }): Promise<void>;
  /** Only as the first answer, and within a second: later the caller has been told to wait. */
  modal(modal: APIModalInteractionResponseCallbackData): Promise<void>;
}

export interface MessageCommand extends CommandRules {
  /** In kebab-case, unique within the feature. People never see it. */
  name: string;
  /** Errors: a UserError is answered as its text; anything else under an id that is logged. */
  run(call: MessageCommandCall): Promise<void>;
}

/**
 * Declares a command in the menu that Discord shows on every message ("Apps"). What people read there is the text
 * `message-commands.<name>.title`: 1 to 32 characters, capitals and spaces allowed, unique over all features.
 */
export function defineMessageCommand(definition: MessageCommand): MessageCommand {
  return definition;
}
