import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import type { APIButtonComponentWithCustomId, APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { customId } from '../../../sdk/index.ts';
import type { Translate } from '../../../sdk/index.ts';

/** Where a version is among those of its question, from 1. */
export interface VersionPlace {
  at: number;
  of: number;
}

interface ButtonLook {
  label: string;
  emoji?: string;
  style?: ButtonStyle.Secondary | ButtonStyle.Danger;
  disabled?: boolean;
}

export function button(action: string, id: string, look: ButtonLook): APIButtonComponentWithCustomId {
  return {
    type: ComponentType.Button,
    style: look.style ?? ButtonStyle.Secondary,
    custom_id: customId('chat', action, id),
    label: look.label,
    ...(look.emoji === undefined ? {} : { emoji: { name: look.emoji } }),
    ...(look.disabled ? { disabled: true } : {}),
  };
}

export function row(buttons: readonly APIButtonComponentWithCustomId[]): APIMessageTopLevelComponent[] {
  return buttons.length === 0 ? [] : [{ type: ComponentType.ActionRow, components: [...buttons] }];
}

const mostInRow = 5;

/** As many rows as the buttons need. */
export function rows(buttons: readonly APIButtonComponentWithCustomId[]): APIMessageTopLevelComponent[] {
  const starts = Array.from({ length: Math.ceil(buttons.length / mostInRow) }, (_, index) => index * mostInRow);
  return starts.flatMap((start) => row(buttons.slice(start, start + mostInRow)));
}

/** In the id of the button: the message that it dismisses is one of the bot's questions, and nothing else. */
export const dismissed = 'menu';

/** Beside a button that takes something away for good. */
export const dismissButton = (t: Translate): APIButtonComponentWithCustomId =>
  button('dismiss', dismissed, { label: t('buttons.cancel') });

/** While an answer streams. */
export function stopRow(answerId: string, t: Translate): APIMessageTopLevelComponent[] {
  return row([button('stop', answerId, { label: t('buttons.stop'), emoji: '⏹️' })]);
}

/** Under an answer that is done or was stopped. */
export function answerRow(
  answer: { id: string; mayContinue: boolean; place: VersionPlace },
  t: Translate,
): APIMessageTopLevelComponent[] {
  const { id, mayContinue, place } = answer;
  return row([
    button('regenerate', id, { label: t('buttons.regenerate'), emoji: '🔄' }),
    ...(mayContinue ? [button('continue', id, { label: t('buttons.continue'), emoji: '⏩' })] : []),
    ...pageButtons(id, place),
    button('more', id, { label: '⋯' }),
  ]);
}

/** Under an answer that failed. Thoughts are at hand: they may be all that the model gave. */
export function failureRow(
  { id, place, hasThoughts }: { id: string; place: VersionPlace; hasThoughts: boolean },
  t: Translate,
): APIMessageTopLevelComponent[] {
  return row([
    button('retry', id, { label: t('buttons.retry'), emoji: '🔁' }),
    button('other-model', id, { label: t('buttons.other-model'), emoji: '🔀' }),
    ...(hasThoughts ? [button('thoughts', id, { label: t('buttons.thoughts'), emoji: '💭' })] : []),
    ...pageButtons(id, place),
  ]);
}

/** The count is in the second button: a row holds five. */
function pageButtons(id: string, { at, of }: VersionPlace): APIButtonComponentWithCustomId[] {
  if (of < 2) return [];
  return [
    button('older', id, { label: '◀', disabled: at <= 1 }),
    button('newer', id, { label: `${at}/${of} ▶`, disabled: at >= of }),
  ];
}
