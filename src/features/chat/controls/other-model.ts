import { ComponentType } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { customId } from '../../../sdk/index.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import { allowedModels, checkModel } from '../allowed-models.ts';
import type { ChatContext } from '../chat.ts';
import { retry } from './again.ts';
import { controlled } from './reach.ts';
import { tellIfWaiting } from '../waiting/notices.ts';

/** Discord's limit for the options of a select menu. */
export const selectOptions = 25;

/** Offers the models that the presser may use instead of the one that failed. */
export async function offerModels(context: ChatContext, call: ComponentCall): Promise<void> {
  const { answer } = await controlled(context, call);
  if (answer.state !== 'failed') throw new UserError('not-failed', 'this answer has not failed');
  const others = allowedModels(context, call).filter(({ id }) => id !== answer.model_id);
  if (others.length === 0) throw new UserError('no-other-model', 'there is no other model');
  await call.reply({
    content: call.t('other-model.ask'),
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.StringSelect,
            custom_id: customId('chat', 'retry-with', answer.id),
            placeholder: call.t('other-model.placeholder'),
            options: others
              .slice(0, selectOptions)
              .map(({ id }) => ({ label: id.slice(0, 100), value: id.slice(0, 100) })),
          },
        ],
      },
    ],
  });
}

export async function retryWith(context: ChatContext, call: ComponentCall): Promise<void> {
  const reached = await controlled(context, call);
  const [name = ''] = call.values;
  const model = context.models.find(name);
  if (!model) throw new UserError('model.unknown', 'no such model', { name });
  checkModel(context, call, model);
  const begun = await retry(context, call, reached, model);
  await call.update({ content: call.t('other-model.chosen', { model: model.id }), components: [] });
  await tellIfWaiting(context, call, begun);
}
