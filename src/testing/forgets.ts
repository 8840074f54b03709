import type { APIMessage } from 'discord-api-types/v10';
import type { Person } from '../../emulator/testing/person.ts';
import { button, buttons } from './components.ts';

const timeoutMs = 20_000;

/** Has all data of a person deleted by `/privacy`, and resolves with the receipt. */
export async function forgets(person: Person, place: { in?: string } = {}): Promise<APIMessage> {
  const presses = async (label: string) => {
    const shown = await person.sees((message) => buttons(message).some((one) => one.label === label), { timeoutMs });
    await person.presses(shown, button(shown, label));
  };
  await person.runs('privacy', {}, place);
  await presses('Forget me');
  await presses('Forget me for good');
  return person.sees(({ embeds }) => embeds.some(({ title }) => title === "I've deleted your data"), { timeoutMs });
}
