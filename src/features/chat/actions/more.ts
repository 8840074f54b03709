import { ButtonStyle } from 'discord-api-types/v10';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { canConfigureConversation } from '../turns/conversations.ts';
import { offersThoughts } from '../view/thoughts.ts';
import { canControlAnswer, reached } from './reach.ts';
import { button, rows } from '../view/buttons.ts';

/** What can be done with an answer beside what its own row offers: for the presser alone, and only what they may do. */
export async function showMore(context: Needs<'access' | 'db' | 'settings'>, call: ComponentCall): Promise<void> {
  const { t, guildId } = call;
  const { answer, question } = await reached(context, call);
  const offer = (action: string, emoji: string, danger = false) =>
    button(action, answer.id, {
      label: t(`buttons.${action}`),
      emoji,
      style: danger ? ButtonStyle.Danger : ButtonStyle.Secondary,
    });
  const mayCall = (name: string) => {
    const action = { kind: 'command' as const, feature: 'chat', name, access: 'everyone' as const };
    return context.access.decide(call.caller, call, action).allowed;
  };
  const buttons = [
    ...(answer.ciphertext ? [offer('copy', '📋')] : []),
    ...((await offersThoughts(context, answer, question)) ? [offer('thoughts', '💭')] : []),
    ...(guildId === null ? [] : [offer('branch', '🌿')]),
    ...(mayCall('settings') && (await canConfigureConversation(context, call)) ? [offer('settings', '⚙️')] : []),
    ...(mayCall('clear') ? [offer('clear', '🧹')] : []),
    ...(canControlAnswer(call, question.author_id) ? [offer('delete', '🗑️', true)] : []),
  ];
  await call.reply({ content: t('more'), components: rows(buttons) });
}
