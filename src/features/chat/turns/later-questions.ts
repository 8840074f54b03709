import { Cancelled } from '../../../kernel/errors.ts';
import type { JobRun, Tx, VaultReader } from '../../../sdk/index.ts';
import { decryptQuestion } from '../chat.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { tidyLater } from '../history/ending.ts';
import { lockedQuestion } from '../history/store.ts';
import type { Question } from '../intake/read-message.ts';
import type { NewQuestion, QuestionRow } from './store.ts';
import { endAnswering } from './cancel-waiting.ts';
import { latestWaiting, mergedInto, moveAnswer, ownUnfinishedBefore, waitingAnswerOf } from './waiting-store.ts';

/** Told to the handler of a job that is cancelled because its asker has asked something newer. */
export const newerQuestion = 'newer question';

/** More are no longer one question: what comes then waits for an answer of its own. */
const mostTogether = 10;

type Asked = Pick<NewQuestion, 'id' | 'guild_id' | 'channel_id' | 'author_id'>;

const settingOf = (context: Needs<'settings'>, { guild_id: guildId, channel_id: channelId }: Asked) =>
  context.settings.peek({ guildId, channelId }).laterQuestions;

/**
 * Has the answer that waits for an earlier message of the same person answer this one, too, as a reply to this one. False
 * when there is none, or the settings want each answered by itself. Nothing is admitted again: one answer is paid for.
 */
export async function joinWaiting(
  context: Needs<'jobs' | 'settings'>,
  tx: Tx,
  question: NewQuestion,
): Promise<boolean> {
  if (settingOf(context, question) !== 'merge' || (question.origin ?? 'message') !== 'message') return false;
  const earlierId = await latestWaiting(tx, question);
  const earlier = earlierId === undefined ? undefined : await lockedQuestion(tx, earlierId);
  const answer = earlier && (await waitingAnswerOf(tx, earlier.id));
  if (!earlier || !answer?.job_id || (await mergedInto(tx, earlier.id)).length + 1 >= mostTogether) return false;
  if (!(await context.jobs.keepWaiting(tx, answer.job_id))) return false;
  await moveAnswer(tx, answer.id, earlier.id, question.id);
  // What said how long it takes replied to the earlier one.
  await tidyLater(context, tx, { channelId: earlier.channel_id, deleted: earlier.parts, stripped: [] });
  return true;
}

/**
 * Before a question is removed: its answer, if no worker has begun it, goes on to the question that it was to answer together with it. False
 * when there is none.
 */
export async function reassignAnswer(context: Needs<'jobs'>, tx: Tx, question: QuestionRow): Promise<boolean> {
  const next = (await mergedInto(tx, question.id)).at(-1);
  const answer = next && (await waitingAnswerOf(tx, question.id));
  if (!next || !answer?.job_id || !(await context.jobs.keepWaiting(tx, answer.job_id))) return false;
  await moveAnswer(tx, answer.id, question.id, next.id);
  return true;
}

/** A question as the model gets it: after those that it is answered together with. */
export async function withMerged(
  read: VaultReader,
  merged: readonly QuestionRow[],
  question: Question,
): Promise<Question> {
  const earlier = await Promise.all(merged.map((one) => decryptQuestion(read, one)));
  const all = [...earlier.filter((one) => one !== null), question];
  if (all.length === 1) return question;
  const replyTo = all.findLast((one) => one.replyTo !== undefined)?.replyTo;
  return {
    ...question,
    text: all.map(({ text }) => text).join('\n\n'),
    attachments: all.flatMap(({ attachments }) => attachments),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

/** Whether a run ends because its asker has asked something newer. */
export const isSuperseded = ({ signal }: JobRun): boolean =>
  signal.reason instanceof Cancelled && signal.reason.by === newerQuestion;

/** Where only the latest question is answered: ends what its asker asked before, whether that waits or is being answered. */
export async function supersede(context: ChatContext, question: Asked): Promise<void> {
  if (settingOf(context, question) !== 'latest') return;
  for (const answerId of await ownUnfinishedBefore(context.db, question.id)) {
    await endAnswering(context, answerId, { why: 'superseded', by: newerQuestion });
  }
}
