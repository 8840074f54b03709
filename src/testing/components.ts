import type { APIActionRowComponent, APIButtonComponentWithCustomId, APIMessage } from 'discord-api-types/v10';

/** The buttons below a message, in order. */
export function buttons(message: APIMessage): { label: string | undefined; customId: string }[] {
  const rows = (message.components ?? []) as APIActionRowComponent<APIButtonComponentWithCustomId>[];
  return rows.flatMap((row) => row.components).map((one) => ({ label: one.label, customId: one.custom_id }));
}

/** Whether an answer has ended: its Stop button is gone. */
export const hasEnded = (message: APIMessage): boolean => !buttons(message).some(({ label }) => label === 'Stop');

/** The custom id of the button with this label. Throws with the message's components when there is none. */
export function button(message: APIMessage, label: string): string {
  const found = buttons(message).find((one) => one.label === label);
  if (!found) throw new Error(`The message has no button "${label}": ${JSON.stringify(message.components)}`);
  return found.customId;
}
