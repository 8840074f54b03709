import type { APISelectMenuOption } from 'discord-api-types/v10';
import { nameMeant, shortChoices } from '../../../kernel/long-names.ts';
import type { ModelInfo, Translate } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';

/** Discord's limit for the options of a select menu. */
export const selectOptions = 25;

/** No provider may be called so: a model's id begins with its provider. */
const pageValue = /^~page\/(\d{1,4})$/;

/** The page that an option leads to, undefined when it stands for a model. */
export function pageIn(value: string): number | undefined {
  const page = pageValue.exec(value)?.[1];
  return page === undefined ? undefined : Number(page);
}

/** The models of one page, and where there are more the option that shows the next ones; after the last, the first. */
export function modelOptions(
  ids: readonly string[],
  { page, most, t }: { page: number; most: number; t: Translate },
): APISelectMenuOption[] {
  const choices = shortChoices(ids);
  if (choices.length <= most) return choices;
  const size = most - 1;
  const pages = Math.ceil(choices.length / size);
  const current = page % pages;
  const next = (current + 1) % pages;
  const figures = { from: next * size + 1, to: Math.min(choices.length, (next + 1) * size), count: choices.length };
  return [
    ...choices.slice(current * size, (current + 1) * size),
    { label: t('model.more', figures), value: `~page/${next}` },
  ];
}

/** The model that a person names, in full or by what a menu or a suggestion stands for. */
export function modelMeant({ models }: Needs<'models'>, given: string): ModelInfo | undefined {
  const ids = models.list().map(({ id }) => id);
  return models.find(nameMeant(ids, given) ?? given);
}
