import type { APIMessage } from 'discord-api-types/v10';
import type { Person } from '../../emulator/testing/person.ts';
import { button, buttons } from './components.ts';

/** Runs `/clear`, confirms it, and resolves with its text. */
export async function clears(
  person: Person,
  options: { user?: string; everyone?: boolean },
  place: { in: string },
): Promise<APIMessage> {
  await person.runs('clear', options, place);
  const asked = await person.sees((message) => buttons(message).some(({ label }) => label === 'Forget it'), place);
  await person.presses(asked, button(asked, 'Forget it'));
  return person.sees((message) => message.id === asked.id && buttons(message).length === 0, place);
}
