import { ComponentType, TextInputStyle } from 'discord-api-types/v10';
import type { APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { customId } from '../../../sdk/index.ts';
import type { ComponentCall, Translate } from '../../../sdk/index.ts';
import { longestPrompt, readPrompt } from '../intake/prompt.ts';
import { modelForMode } from '../models.ts';
import type { ImageContext } from '../settings.ts';
import { submitImages } from '../submit.ts';
import type { Submitted } from '../submission.ts';
import { openTarget } from '../targets.ts';
import { deriveImage } from './derive.ts';
import { reached } from './reach.ts';

/** Asks in a form what is to change. */
export async function editForm(context: ImageContext, call: ComponentCall): Promise<void> {
  const { result } = await reached(context, call);
  await call.modal(editModal('edit-now', result.id, call.t));
}

export const editModal = (action: string, id: string, t: Translate): APIModalInteractionResponseCallbackData => ({
  custom_id: customId('images', action, id),
  title: t('edit.title'),
  components: [
    {
      type: ComponentType.Label,
      label: t('edit.change'),
      component: {
        type: ComponentType.TextInput,
        custom_id: 'change',
        style: TextInputStyle.Paragraph,
        max_length: longestPrompt,
        placeholder: t('edit.placeholder'),
      },
    },
  ],
});

/** What is to change, as the form says it. */
function readChange({ fields }: Pick<ComponentCall, 'fields'>) {
  const { spoiler: _spoiler, count: _count, ...read } = readPrompt(fields['change'] ?? '');
  if (read.prompt === '') throw new UserError('needs-words', 'no words', { prefix: '✏️' });
  return read;
}

export async function submitEdit(context: ImageContext, call: ComponentCall): Promise<Submitted> {
  return deriveImage(context, call, await reached(context, call), { mode: 'edit', ...readChange(call) });
}

/** Of an image that is not the bot's own. */
export async function submitTarget(context: ImageContext, call: ComponentCall): Promise<Submitted> {
  const { caller, guildId, channelId, calledId } = call;
  const target = await openTarget(context, call);
  const settings = await context.settings.at({ guildId, channelId, userId: caller.userId });
  const model = modelForMode(context, settings, 'edit');
  const { seconds } = settings;
  const spoiler = settings.spoiler === 'always';
  const request = { mode: 'edit' as const, ...readChange(call), inputs: [target], seconds, spoiler };
  return submitImages(context, {
    cameAs: calledId,
    caller,
    place: { guildId, channelId },
    messageId: null,
    model,
    request,
  });
}
