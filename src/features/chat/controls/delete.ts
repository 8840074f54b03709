import type { ComponentCall } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { removeExchange } from '../history/deletions.ts';
import { controlled } from './reach.ts';

/** Removes an answer's messages, and the exchange from history; what is being written ends. */
export async function remove(context: ChatContext, call: ComponentCall): Promise<void> {
  const { question } = await controlled(context, call);
  await removeExchange(context, question.id);
  await call.update({ content: call.t('deleted'), components: [] });
}
