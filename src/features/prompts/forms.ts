import { ComponentType, TextInputStyle } from 'discord-api-types/v10';
import type { APIModalInteractionResponseCallbackData, APITextInputComponent } from 'discord-api-types/v10';
import { customId } from '../../sdk/index.ts';
import type { Translate } from '../../sdk/index.ts';
import type { Library } from './rules.ts';
import type { ChoiceScope } from './store.ts';

/** Discord's limit for a text input; longer prompts come as files. */
const inputCharacters = 4000;
const nameCharacters = 32;

const textInput = (t: Translate, current: string): APITextInputComponent => ({
  type: ComponentType.TextInput,
  custom_id: 'text',
  label: t('prompts.form.text'),
  style: TextInputStyle.Paragraph,
  required: true,
  max_length: inputCharacters,
  // A longer text isn't shown in part, because submitting the form would cut it.
  ...(current === '' || current.length > inputCharacters ? {} : { value: current }),
});

/** A form for a scope's own prompt text. */
export function systemForm(scope: ChoiceScope, current: string, t: Translate): APIModalInteractionResponseCallbackData {
  return {
    custom_id: customId('prompts', 'write-system', scope),
    title: t('prompts.form.system'),
    components: [{ type: ComponentType.ActionRow, components: [textInput(t, current)] }],
  };
}

/** A form for a library prompt, with its current content. */
export function promptForm(
  library: Library,
  current: { name: string; text: string },
  t: Translate,
): APIModalInteractionResponseCallbackData {
  const name: APITextInputComponent = {
    type: ComponentType.TextInput,
    custom_id: 'name',
    label: t('prompts.form.name'),
    style: TextInputStyle.Short,
    required: true,
    max_length: nameCharacters,
    value: current.name.slice(0, nameCharacters),
  };
  return {
    custom_id: customId('prompts', 'write-prompt', library),
    title: t(`prompts.form.save-${library}`),
    components: [name, textInput(t, current.text)].map((input) => ({
      type: ComponentType.ActionRow,
      components: [input],
    })),
  };
}
