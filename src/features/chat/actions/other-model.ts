import { ComponentType } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { customId } from '../../../sdk/index.ts';
import type { ComponentCall, OutgoingMessage } from '../../../sdk/index.ts';
import { allowedModels, checkModel } from '../allowed-models.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { retry } from './again.ts';
import { modelMeant, modelOptions, pageIn, selectOptions } from './model-select.ts';
import { controlled } from './reach.ts';
import type { AnswerRow } from '../turns/store.ts';
import { tellIfWaiting } from '../view/waiting-notices.ts';

/** Offers the models that the presser may use instead of the one that failed. */
export async function offerModels(context: Needs<'access' | 'db' | 'models'>, call: ComponentCall): Promise<void> {
  const { answer } = await controlled(context, call);
  await call.reply(othersThan(context, call, answer, 0));
}

function othersThan(
  context: Needs<'access' | 'models'>,
  call: ComponentCall,
  answer: AnswerRow,
  page: number,
): OutgoingMessage {
  if (answer.state !== 'failed') throw new UserError('not-failed', 'this answer has not failed');
  const others = allowedModels(context, call).filter(({ id }) => id !== answer.model_id);
  if (others.length === 0) throw new UserError('no-other-model', 'there is no other model');
  const ids = others.map(({ id }) => id);
  return {
    content: call.t('other-model.ask'),
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.StringSelect,
            custom_id: customId('chat', 'retry-with', answer.id),
            placeholder: call.t('other-model.placeholder'),
            options: modelOptions(ids, { page, most: selectOptions, t: call.t }),
          },
        ],
      },
    ],
  };
}

export async function retryWith(context: ChatContext, call: ComponentCall): Promise<void> {
  const reached = await controlled(context, call);
  const [name = ''] = call.values;
  const page = pageIn(name);
  if (page !== undefined) {
    await call.update(othersThan(context, call, reached.answer, page));
    return;
  }
  const model = modelMeant(context, name);
  if (!model) throw new UserError('model.unknown', 'no such model', { name });
  checkModel(context, call, model);
  const begun = await retry(context, call, reached, model);
  await call.update({ content: call.t('other-model.chosen', { model: model.id }), components: [] });
  await tellIfWaiting(context, call, begun);
}
