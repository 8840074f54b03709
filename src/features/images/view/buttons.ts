import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import type {
  APIButtonComponentWithCustomId,
  APIMessageTopLevelComponent,
  APISelectMenuOption,
} from 'discord-api-types/v10';
import { customId } from '../../../sdk/index.ts';
import type { Translate } from '../../../sdk/index.ts';

const mostInRow = 5;

/** A button whose label is the text `buttons.<action>`. */
export function button(
  action: string,
  id: string,
  t: Translate,
  { emoji, isDanger = false }: { emoji?: string; isDanger?: boolean } = {},
): APIButtonComponentWithCustomId {
  return {
    type: ComponentType.Button,
    style: isDanger ? ButtonStyle.Danger : ButtonStyle.Secondary,
    custom_id: customId('images', action, id),
    label: t(`buttons.${action}`),
    ...(emoji !== undefined && { emoji: { name: emoji } }),
  };
}

/** As many rows as the buttons need. */
export function rows(buttons: readonly APIButtonComponentWithCustomId[]): APIMessageTopLevelComponent[] {
  const starts = Array.from({ length: Math.ceil(buttons.length / mostInRow) }, (_, index) => index * mostInRow);
  return starts.map((start) => ({
    type: ComponentType.ActionRow,
    components: buttons.slice(start, start + mostInRow),
  }));
}

/** While it is drawn. */
export const cancelRow = (requestId: string, t: Translate): APIMessageTopLevelComponent[] =>
  rows([button('cancel', requestId, t, { emoji: '⏹️' })]);

/** Under one image. */
export const imageRow = (resultId: string, t: Translate): APIMessageTopLevelComponent[] =>
  rows([
    button('again', resultId, t, { emoji: '🔁' }),
    button('vary', resultId, t, { emoji: '🎲' }),
    button('edit', resultId, t, { emoji: '✏️' }),
    button('upscale', resultId, t, { emoji: '🔍' }),
    { ...button('more', resultId, t), label: '⋯' },
  ]);

/** Under the images of one message. */
export function imageButtons(resultIds: readonly string[], t: Translate): APIMessageTopLevelComponent[] {
  const [first, second] = resultIds;
  if (first === undefined) return [];
  return second === undefined ? imageRow(first, t) : batchRows(resultIds, t);
}

/** Under several: a menu to pick one, and the buttons that are about all. */
function batchRows(resultIds: readonly string[], t: Translate): APIMessageTopLevelComponent[] {
  const [first = ''] = resultIds;
  const options: APISelectMenuOption[] = resultIds.map((id, index) => ({
    label: t('pick.option', { number: index + 1 }),
    value: id,
  }));
  return [
    {
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.StringSelect,
          custom_id: customId('images', 'pick', first),
          placeholder: t('pick.placeholder'),
          options,
        },
      ],
    },
    ...rows([button('again', first, t, { emoji: '🔁' }), { ...button('more', first, t), label: '⋯' }]),
  ];
}

/** Under a request that ended without an image. */
export const retryRow = (requestId: string, t: Translate): APIMessageTopLevelComponent[] =>
  rows([button('retry', requestId, t, { emoji: '🔁' })]);
