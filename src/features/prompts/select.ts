import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import type { APIMessageTopLevelComponent, APISelectMenuOption } from 'discord-api-types/v10';
import { customId } from '../../sdk/index.ts';
import type { Call, Translate } from '../../sdk/index.ts';
import type { PromptContext } from './settings.ts';
import type { Choice } from './choose.ts';
import type { Layer } from './layers.ts';
import { choosablePrompts, neededPrompt } from './library.ts';
import type { UsablePrompt } from './library.ts';

/** Discord's limits for a select menu. */
const selectOptions = 25;
const optionCharacters = 100;

/** Values of the options that aren't prompts. */
const values = { unset: 'unset', current: 'current' } as const;
/** The prefix of a prompt's value, so that no name equals another option's value. */
const named = 'named/';

/**
 * The menu of prompts for a conversation whose own prompt is `current`, and the button to write one. A button, because
 * clients don't let a member choose the same option twice, as after closing the form.
 */
export async function promptRows(
  context: PromptContext,
  call: Call,
  current: Layer | undefined,
): Promise<APIMessageTopLevelComponent[]> {
  const { t } = call;
  const usable = await choosablePrompts(context, call);
  const offered = usable.slice(0, selectOptions - 2);
  const shown = offered.some((prompt) => isSame(prompt, current));
  const options: APISelectMenuOption[] = [
    option(t('settings.prompt.unset'), values.unset, !current),
    ...(current && !shown ? [option(currentLabel(current, t), values.current, true)] : []),
    ...offered.map((prompt) =>
      option(t('settings.prompt.named', { name: prompt.name }), `${named}${prompt.name}`, isSame(prompt, current)),
    ),
  ];
  const select = {
    type: ComponentType.StringSelect as const,
    custom_id: customId('prompts', 'set-prompt', call.channelId),
    options,
  };
  const write = {
    type: ComponentType.Button as const,
    style: ButtonStyle.Secondary as const,
    custom_id: customId('prompts', 'own-system', call.channelId),
    label: t('settings.prompt.write'),
    emoji: { name: '✏️' },
  };
  return [select, write].map((component) => ({ type: ComponentType.ActionRow, components: [component] }));
}

const option = (label: string, value: string, chosen: boolean): APISelectMenuOption => ({
  label: label.slice(0, optionCharacters),
  value: value.slice(0, optionCharacters),
  ...(chosen ? { default: true } : {}),
});

function currentLabel({ name, text }: Layer, t: Translate): string {
  return name === null
    ? t('settings.prompt.text', { text: text.replace(/\s+/g, ' ').trim() })
    : t('settings.prompt.named', { name });
}

function isSame({ reference }: UsablePrompt, current: Layer | undefined): boolean {
  return JSON.stringify(reference) === JSON.stringify(current?.reference);
}

/**
 * The choice from the menu: a prompt, null for the default, undefined for no change. Throws a UserError for a prompt
 * that the caller can't use.
 */
export async function chosenFrom(
  context: PromptContext,
  call: Call,
  value: string,
): Promise<Choice | null | undefined> {
  if (value === values.unset) return null;
  if (value === values.current) return undefined;
  return neededPrompt(context, call, value.slice(named.length));
}
