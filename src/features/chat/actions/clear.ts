import { ButtonStyle } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { isSnowflake } from '../../../kernel/snowflake.ts';
import { mayUse } from '../../../sdk/index.ts';
import type { Call, ComponentCall, OutgoingMessage } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { clearHistory } from '../history/clear.ts';
import { moderates, reached } from './reach.ts';
import { button, dismissButton, row } from '../view/buttons.ts';

/** Asks what shall be forgotten of a conversation: for good, so not at the first press. */
export async function askWhatToClear(context: Needs<'db'>, call: ComponentCall): Promise<void> {
  const { answer } = await reached(context, call);
  const { t, guildId } = call;
  const offer = (action: string) =>
    button(action, answer.id, { label: t(`buttons.${action}`), style: ButtonStyle.Danger });
  const own = guildId === null ? [] : [offer('clear-own')];
  const all = guildId === null || moderates(call) ? [offer('clear-all')] : [];
  await call.update({ content: t('clear.ask'), components: row([...own, ...all, dismissButton(t)]) });
}

/** Clears what the menu of an answer offers. */
export async function clear(
  context: Needs<'clock' | 'db' | 'events' | 'jobs' | 'settings' | 'spending' | 'transaction'>,
  call: ComponentCall,
  part: 'own' | 'everything',
): Promise<void> {
  await reached(context, call);
  await clearNow(context, call, part === 'own' ? call.caller.userId : null);
}

/** In an id, stands for everyone. */
const everyone = 'everyone';

/** Asks before a channel is cleared, or one person's part in it. Throws a UserError when the caller may not. */
export function askToClear(call: Call, personId: string | null): OutgoingMessage {
  checkMayClear(call, personId);
  const { t, caller } = call;
  const whose = personId === null ? 'everything' : personId === caller.userId ? 'own' : 'user';
  const look = { label: t('buttons.clear-now'), style: ButtonStyle.Danger } as const;
  return {
    content: t(`clear.sure-${whose}`, { user: personId ?? '' }),
    components: row([button('clear-now', personId ?? everyone, look), dismissButton(t)]),
  };
}

/** The id says whose part is cleared; whether the presser may is decided again, since everyone sees some of these buttons. */
export async function clearAsked(
  context: Needs<'clock' | 'events' | 'jobs' | 'settings' | 'spending' | 'transaction'>,
  call: ComponentCall,
): Promise<void> {
  if (call.id !== everyone && !isSnowflake(call.id)) throw new UserError('errors.expired', 'nobody to clear');
  await clearNow(context, call, call.id === everyone ? null : call.id);
}

async function clearNow(
  context: Needs<'clock' | 'events' | 'jobs' | 'settings' | 'spending' | 'transaction'>,
  call: ComponentCall,
  personId: string | null,
): Promise<void> {
  checkMayClear(call, personId);
  const { caller, channelId, t } = call;
  const { exchanges, ambient, unfinished } = await clearHistory(context, channelId, personId);
  const of = personId === null ? 'everything' : personId === caller.userId ? 'own' : 'user';
  const key = exchanges > 0 ? of : ambient > 0 ? 'ambient' : 'nothing';
  const forgotten = t(`clear.${key}`, { count: exchanges, user: personId ?? '' });
  const ended = unfinished > 0 ? ` ${t('clear.unfinished', { count: unfinished })}` : '';
  await call.update({ content: `${forgotten}${ended}`, components: [] });
}

function checkMayClear({ caller, guildId }: Call, personId: string | null): void {
  if (guildId === null || personId === caller.userId || mayUse('moderator', caller)) return;
  throw new UserError(personId === null ? 'clear.moderators' : 'clear.moderators-user', 'moderators only');
}
