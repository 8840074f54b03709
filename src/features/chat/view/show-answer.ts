import { VendorError } from '../../../kernel/errors.ts';
import type { LivePart } from '../../../sdk/index.ts';
import { versionPlace } from '../actions/store.ts';
import { requestOf } from '../chat.ts';
import type { Needs } from '../chat.ts';
import type { ChatSettings } from '../settings.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { renderAnswer } from './render-answer.ts';
import type { EndedAnswer, RenderedAnswer } from './render-answer.ts';
import { lineAbove } from './voice.ts';
import type { Voice } from './voice.ts';

/** An answer that has ended, with where it stands. */
export interface ShownAnswer extends Omit<EndedAnswer, 'id' | 'place' | 'buttons' | 'above'> {
  answer: Pick<AnswerRow, 'id' | 'question_id' | 'tries'>;
  question: QuestionRow;
  settings: Pick<ChatSettings, 'answerButtons'>;
  voice: Voice | undefined;
}

const missingPermissions = 'discord/50013';

/**
 * Shows how an answer ended: `finish` writes it into its messages. Resolves to the ids of these. Where a file is refused that
 * the cache of permissions allowed, the answer comes in as many messages as it needs.
 */
export async function showAnswer(
  { db, texts, spending }: Needs<'db' | 'texts' | 'spending'>,
  shown: ShownAnswer,
  finish: (message: RenderedAnswer) => Promise<readonly LivePart[]>,
): Promise<string[]> {
  const { answer, question, settings, voice } = shown;
  const t = texts.in(undefined);
  const place = await versionPlace(db, answer);
  const ended = {
    ...shown,
    id: answer.id,
    place,
    buttons: settings.answerButtons,
    above: lineAbove(question, voice, t),
  };
  const message = renderAnswer(ended, t);
  const finishWithoutFile = (error: unknown) => {
    const isFile = message.files !== undefined && error instanceof VendorError && error.code === missingPermissions;
    if (!isFile) throw error;
    return finish(renderAnswer({ ...ended, maxMessages: undefined }, t));
  };
  const parts = await finish(message).catch(finishWithoutFile);
  const ids = parts.map(({ messageId }) => messageId);
  // Before the answer is done: after that no run comes to store it.
  await spending.shown(requestOf(answer), ids);
  return ids;
}
