import type { APIMessage, APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import type { Access } from '../services/access/index.ts';
import type { OutgoingMessage } from '../platform/discord/index.ts';
import type { Call, UseLimit } from './command.ts';

/** A press of a button, a choice in a select menu or a submitted modal. */
export interface ComponentCall extends Call {
  /** The id in the custom id: the key of the row that holds the component's state. */
  id: string;
  /** Chosen values of a select menu. */
  values: readonly string[];
  /** Text inputs of a modal by their custom id. */
  fields: Readonly<Record<string, string>>;
  /** The message that carries the component; undefined for a modal opened by a command. */
  message: APIMessage | undefined;
  /** Tells the caller alone, or everyone when `ephemeral` is false. */
  reply(message: OutgoingMessage, options?: { ephemeral?: boolean }): Promise<void>;
  /** Changes the message that carries the component. */
  update(message: OutgoingMessage): Promise<void>;
  /** Acknowledges without a visible change. */
  acknowledge(): Promise<void>;
  modal(modal: APIModalInteractionResponseCallbackData): Promise<void>;
}

/**
 * The commands whose right a press needs, so that a `commands` policy holds for buttons and forms too; or the reason why
 * it needs none.
 */
export type ComponentRight = { commands: readonly [string, ...string[]] } | { none: string };

export interface ComponentHandler {
  /** Grows when the meaning of the id changes; presses of older versions are told that the button has expired. */
  version: number;
  /** Everyone unless given. Whose component it is, the handler has to check by its state. */
  access?: Access;
  /** Checked at each press, with the roles and the place of that moment. */
  right: ComponentRight;
  limit?: UseLimit;
  run(call: ComponentCall): Promise<void>;
}

/** `feature/action/id@version`, at most 100 characters when the id is a UUID or a snowflake. */
export function customId(feature: string, action: string, id: string, version = 1): string {
  return `${feature}/${action}/${id}@${version}`;
}

export interface ParsedCustomId {
  feature: string;
  action: string;
  id: string;
  version: number;
}

export function parseCustomId(text: string): ParsedCustomId | undefined {
  const match = /^([a-z0-9-]+)\/([a-z0-9-]+)\/([^@]*)@(\d+)$/.exec(text);
  if (!match) return undefined;
  const [, feature = '', action = '', id = '', version = ''] = match;
  return { feature, action, id, version: Number(version) };
}
