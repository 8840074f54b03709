import type { APIActionRowComponent, APIButtonComponentWithCustomId, APIMessage } from 'discord-api-types/v10';
import type { Person } from '../../emulator/testing/person.ts';

/** The custom id of the button that leads to the next page; undefined on the last one. */
export function nextPage({ components = [] }: APIMessage): string | undefined {
  const [row] = components as APIActionRowComponent<APIButtonComponentWithCustomId>[];
  const next = row?.components.find(({ label }) => label === 'Next ▶');
  return next?.disabled === true ? undefined : next?.custom_id;
}

/** The text of every page of an ephemeral help message, given its first page. */
export async function everyPage(person: Person, first: APIMessage | undefined): Promise<string> {
  if (!first) return '';
  const texts = [first.embeds[0]?.description ?? ''];
  for (let next = nextPage(first), shown = first; next !== undefined; next = nextPage(shown)) {
    await person.presses(shown, next);
    const footer = `Page ${texts.length + 1} of `;
    shown = await person.sees(
      ({ id, embeds }) => id === first.id && embeds[0]?.footer?.text.startsWith(footer) === true,
    );
    texts.push(shown.embeds[0]?.description ?? '');
  }
  return texts.join('\n');
}
