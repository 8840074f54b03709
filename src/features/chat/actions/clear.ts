import { ButtonStyle } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { mayUse } from '../../../sdk/index.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { clearHistory } from '../history/clear.ts';
import { moderates, reached } from './reach.ts';
import { button, row } from '../view/buttons.ts';

/** Asks what shall be forgotten of a conversation: for good, so not at the first press. */
export async function askWhatToClear(context: ChatContext, call: ComponentCall): Promise<void> {
  const { answer } = await reached(context, call);
  const { t, guildId } = call;
  const offer = (action: string) =>
    button(action, answer.id, { label: t(`buttons.${action}`), style: ButtonStyle.Danger });
  const own = guildId === null ? [] : [offer('clear-own')];
  const all = guildId === null || moderates(call) ? [offer('clear-all')] : [];
  await call.update({ content: t('clear.ask'), components: row([...own, ...all]) });
}

export async function clear(context: ChatContext, call: ComponentCall, part: 'own' | 'everything'): Promise<void> {
  await reached(context, call);
  const { caller, channelId, t } = call;
  if (part === 'everything' && !mayUse('moderator', caller)) {
    throw new UserError('clear.moderators', 'moderators only');
  }
  const { exchanges, heard } = await clearHistory(context, channelId, part === 'own' ? caller.userId : null);
  const key = exchanges > 0 ? part : heard > 0 ? 'heard' : 'nothing';
  await call.update({ content: t(`clear.${key}`, { count: exchanges }), components: [] });
}
