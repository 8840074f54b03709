import { ButtonStyle } from 'discord-api-types/v10';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { removeExchange } from '../history/deletions.ts';
import { controlled } from './reach.ts';
import { button, dismissButton, row } from '../view/buttons.ts';

/** What is deleted can't be had back, so the first press only asks. */
export async function askToDelete(context: Needs<'db'>, call: ComponentCall): Promise<void> {
  const { answer } = await controlled(context, call);
  const { t } = call;
  const confirm = button('delete-now', answer.id, { label: t('buttons.delete-now'), style: ButtonStyle.Danger });
  await call.update({ content: t('delete.ask'), components: row([confirm, dismissButton(t)]) });
}

/** Removes an answer's messages, and the exchange from history; what is being written ends. */
export async function remove(
  context: Needs<'db' | 'events' | 'jobs' | 'spending' | 'transaction'>,
  call: ComponentCall,
): Promise<void> {
  const { question } = await controlled(context, call);
  await removeExchange(context, question.id);
  await call.update({ content: call.t('delete.done'), components: [] });
}
