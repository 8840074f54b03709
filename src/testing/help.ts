import type { APIActionRowComponent, APIMessage, APIStringSelectComponent } from 'discord-api-types/v10';
import type { Person } from '../../emulator/testing/person.ts';

const optionsOf = ({ components = [] }: APIMessage) =>
  (components as APIActionRowComponent<APIStringSelectComponent>[])[0]?.components[0]?.options ?? [];

/** The text of every page of an ephemeral help message, given its first page. */
export async function everyPage(person: Person, first: APIMessage | undefined): Promise<string> {
  if (!first) return '';
  const texts = [first.embeds[0]?.description ?? ''];
  for (const { value } of optionsOf(first).slice(1)) {
    await person.selects(first, 'basics/help/page@1', [value]);
    const isPage = (message: APIMessage) =>
      message.id === first.id && optionsOf(message).some((option) => option.default === true && option.value === value);
    texts.push((await person.sees(isPage)).embeds[0]?.description ?? '');
  }
  return texts.join('\n');
}
