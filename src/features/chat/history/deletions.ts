import type { Needs } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import type { ChatSettings } from '../settings.ts';
import { historyChanged } from './changes.ts';
import type { ConversingChannels } from './channels.ts';
import { findQuestion } from '../turns/store.ts';
import { reassignAnswer } from '../turns/later-questions.ts';
import { cancelAnswers, goneChannel, tidyLater } from './ending.ts';
import {
  copiesOf,
  deleteAnswers,
  deleteConversations,
  deleteQuestion,
  lockedQuestion,
  partsOf,
  unfinishedOf,
} from './store.ts';
import { deleteAmbient } from './ambient-store.ts';

/**
 * Takes out of a conversation what its people have deleted of it. Nothing is returned when there is nothing to wait for.
 */
export function messagesDeleted(
  context: Needs<'db' | 'events' | 'jobs' | 'settings' | 'spending' | 'transaction'>,
  channels: ConversingChannels,
  channelId: string,
  messageIds: readonly string[],
): Promise<void> | undefined {
  const conversing = channels.has(channelId);
  if (typeof conversing === 'boolean') return conversing ? removeMessages(context, channelId, messageIds) : undefined;
  return conversing.then((it) => (it ? removeMessages(context, channelId, messageIds) : undefined));
}

/** As `messagesDeleted` where the bot is known to converse. */
export async function removeMessages(
  context: Needs<'db' | 'events' | 'jobs' | 'settings' | 'spending' | 'transaction'>,
  channelId: string,
  messageIds: readonly string[],
): Promise<void> {
  const { asked, answered, ambient } = await partsOf(context.db, channelId, messageIds);
  for (const id of asked) await removeQuestion(context, id);
  for (const id of answered) await removeAnswer(context, id, messageIds);
  await deleteAmbient(context.db, ambient);
  await context.transaction((tx) => context.events.emit(tx, 'chat/messages-changed', { messageIds }));
}

/** A question that its author or a moderator deleted leaves with its answer. */
async function removeQuestion(
  context: Needs<'db' | 'events' | 'jobs' | 'settings' | 'spending' | 'transaction'>,
  id: string,
): Promise<void> {
  const found = await findQuestion(context.db, id);
  if (!found) return;
  const settings = await settingsOf(context, found);
  await removeExchange(context, id, (finished) => answerGoes(settings, finished));
}

/** A question leaves with its answers, in branches too; what is being written ends. Their messages go, too, unless they are to stay. */
export async function removeExchange(
  context: Needs<'events' | 'jobs' | 'spending' | 'transaction'>,
  id: string,
  goesFromScreen: (finished: boolean) => boolean = () => true,
): Promise<void> {
  const unfinished = await context.transaction(async (tx) => {
    const question = await lockedQuestion(tx, id);
    if (!question) return [];
    const goesOn = await reassignAnswer(context, tx, question);
    const answers = await unfinishedOf(tx, [id]);
    for (const { id: goneId, channel_id: channelId, asked_at: askedAt } of [
      question,
      ...(await copiesOf(tx, question)),
    ]) {
      await deleteQuestion(tx, goneId);
      await historyChanged(context, tx, channelId, askedAt);
    }
    const goes = goesOn || goesFromScreen(answers.length === 0);
    await tidyLater(context, tx, {
      channelId: question.channel_id,
      deleted: goes ? question.parts : [],
      stripped: goes ? [] : question.parts.slice(-1),
    });
    return answers;
  });
  await cancelAnswers(context, unfinished);
}

/** Whether the messages of an answer are deleted with its question. */
function answerGoes({ deleteAnswersWithQuestion }: ChatSettings, finished: boolean): boolean {
  return deleteAnswersWithQuestion ?? !finished;
}

/** An answer of which a part was deleted leaves in all its versions, in branches too; what is left of it on the screen cannot be used. */
async function removeAnswer(
  context: Needs<'events' | 'jobs' | 'spending' | 'transaction'>,
  questionId: string,
  deleted: readonly string[],
): Promise<void> {
  const unfinished = await context.transaction(async (tx) => {
    const question = await lockedQuestion(tx, questionId);
    if (!question?.parts.some((part) => deleted.includes(part))) return [];
    const answers = await unfinishedOf(tx, [questionId]);
    for (const { id, channel_id: channelId, asked_at: askedAt } of [question, ...(await copiesOf(tx, question))]) {
      await deleteAnswers(tx, id);
      await historyChanged(context, tx, channelId, askedAt);
    }
    const left = question.parts.slice(-1).filter((part) => !deleted.includes(part));
    await tidyLater(context, tx, { channelId: question.channel_id, deleted: [], stripped: left });
    return answers;
  });
  await cancelAnswers(context, unfinished);
}

/**
 * For an answer of which nothing is on the screen when it ends, because it was deleted before it was known which
 * message shows it.
 */
export async function answerVanished(context: Needs<'events' | 'transaction'>, questionId: string): Promise<void> {
  await context.transaction(async (tx) => {
    const question = await lockedQuestion(tx, questionId);
    if (!question) return;
    await deleteAnswers(tx, questionId);
    await historyChanged(context, tx, question.channel_id, question.asked_at);
  });
}

/** Ends the conversations of a guild that the bot has left, or of a channel that is gone with its threads. */
export async function placeDeleted(
  context: Needs<'events' | 'jobs' | 'spending' | 'transaction'>,
  place: { guildId: string } | { channelId: string },
): Promise<void> {
  const unfinished = await context.transaction(async (tx) => {
    const ended = await deleteConversations(tx, place);
    for (const channelId of ended.channels) await historyChanged(context, tx, channelId, new Date(0));
    await context.events.emit(tx, 'chat/place-deleted', place);
    return ended.unfinished;
  });
  await cancelAnswers(context, unfinished, goneChannel);
}
