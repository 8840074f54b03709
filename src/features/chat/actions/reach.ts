import { UserError } from '../../../kernel/errors.ts';
import { mayUse } from '../../../sdk/index.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { mayControl } from '../intake/read-message.ts';
import { findAnswer } from '../turns/store.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';

export interface Reached {
  answer: AnswerRow;
  question: QuestionRow;
}

/**
 * The answer that a component is about. Throws a UserError when it is gone. Who sees the component may read it: a custom
 * id is the client's word, so it reaches nothing of another guild or channel.
 */
export async function reached(context: Needs<'db'>, call: ComponentCall): Promise<Reached> {
  const found = await findAnswer(context.db, call.id);
  const here = found?.question.guild_id === call.guildId && found.question.channel_id === call.channelId;
  if (!here) throw new UserError('answer-gone', 'the answer was cleared');
  return found;
}

/** As `reached`, and throws a UserError unless the one who pressed may change this answer. */
export async function controlled(context: Needs<'db'>, call: ComponentCall): Promise<Reached> {
  const found = await reached(context, call);
  const { author_id: asker } = found.question;
  if (!canControlAnswer(call, asker)) throw new UserError('not-yours', 'only the asker and moderators', { asker });
  return found;
}

export const canControlAnswer = (call: ComponentCall, askerId: string): boolean =>
  mayControl(call.caller, askerId, moderates(call));

/** In a server; a direct message has no moderators. */
export const moderates = ({ guildId, caller }: ComponentCall): boolean =>
  guildId !== null && mayUse('moderator', caller);
