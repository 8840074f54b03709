import { VendorError } from '../../../kernel/errors.ts';
import { provisionalName } from '../../../kernel/thread-name.ts';
import type { JobRun } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import type { Question } from './read-message.ts';
import type { QuestionRow } from '../turns/store.ts';
import { laneOf } from '../turns/lane.ts';
import { moveIntoThread, setMessage } from './store.ts';
import { quote } from './quote.ts';

/** Leaves room for the sentence above it in Discord's 2000 characters; the whole question is in what the model gets. */
const quotedCharacters = 1600;

/** Sent when a question has got its thread or its message. */
export const placedSignal = (questionId: string): string => `chat/placed/${questionId}`;

/** A question with the job that answers it. */
export interface TurnToPlace {
  row: QuestionRow;
  question: Question;
  jobId: string;
  wantedModelId: string | null;
}

/**
 * Brings a question to where it is answered: opens its thread, and shows the question where it has no message of its own.
 * What is done already is not done again. Where Discord refuses, the question stays as it is and is answered there.
 */
export async function placeTurn(
  context: Needs<
    'clock' | 'db' | 'discord' | 'events' | 'jobs' | 'logger' | 'settings' | 'signals' | 'texts' | 'transaction'
  >,
  run: Pick<JobRun, 'lastAttempt'>,
  asked: TurnToPlace,
): Promise<QuestionRow> {
  const { row, question } = asked;
  if (!question.source) return row;
  const placed = await fallBackToOriginal(context, run, row, () => inThread(context, run, asked));
  if (placed.message_id !== null) return placed;
  return fallBackToOriginal(context, run, placed, () => shown(context, placed, question));
}

async function fallBackToOriginal(
  context: Needs<'logger'>,
  run: Pick<JobRun, 'lastAttempt'>,
  row: QuestionRow,
  step: () => Promise<QuestionRow>,
): Promise<QuestionRow> {
  try {
    return await step();
  } catch (error) {
    if (!isFinal(run, error)) throw error;
    context.logger.warn(
      { error, channelId: row.channel_id },
      'A question could not be brought to where it is answered.',
    );
    return row;
  }
}

const isFinal = (run: Pick<JobRun, 'lastAttempt'>, error: unknown): boolean =>
  error instanceof VendorError && (!error.retryable || run.lastAttempt);

async function inThread(
  context: Needs<
    'clock' | 'db' | 'discord' | 'events' | 'jobs' | 'logger' | 'settings' | 'signals' | 'texts' | 'transaction'
  >,
  run: Pick<JobRun, 'lastAttempt'>,
  asked: TurnToPlace,
): Promise<QuestionRow> {
  const { row } = asked;
  const { source, text } = asked.question;
  // Once it has its thread, it is no longer in the channel of that.
  if (source?.kind !== 'ask' || source.threadIn !== row.channel_id) return row;
  const { actions } = context.discord;
  const t = context.texts.in(undefined);
  const key = `chat/ask/${row.id}`;
  const name = provisionalName(text) || t('intake.title');
  const starter = { content: t('intake.starter', { user: row.author_id }) };
  const messageId = source.startsAt ?? (await actions.send(row.channel_id, starter, { key })).id;
  let threadId: string;
  try {
    threadId = await actions.createThread({ channelId: row.channel_id, name, messageId, key });
  } catch (error) {
    if (source.startsAt !== undefined || !isFinal(run, error)) throw error;
    context.logger.warn({ error, channelId: row.channel_id }, 'A question could not get its thread.');
    return showInStarter(context, asked, messageId);
  }
  await moveTo(context, asked, threadId);
  return { ...row, channel_id: threadId };
}

/** The message that was to begin the thread shows the question instead, and the answer replies to it. */
async function showInStarter(
  context: Needs<'db' | 'discord' | 'signals' | 'texts'>,
  { row, question }: TurnToPlace,
  messageId: string,
): Promise<QuestionRow> {
  const content = textOf(context, row, question);
  await context.discord.actions.edit(row.channel_id, messageId, { content, suppressEmbeds: true });
  return keepMessage(context, row, messageId);
}

async function moveTo(
  context: Needs<'clock' | 'events' | 'jobs' | 'settings' | 'signals' | 'transaction'>,
  asked: TurnToPlace,
  threadId: string,
): Promise<void> {
  const { row, jobId, wantedModelId } = asked;
  const thread = {
    id: threadId,
    parentId: row.channel_id,
    // The model that was asked for goes on to answer there.
    settings: JSON.stringify(wantedModelId === null ? {} : { model: wantedModelId }),
    createdAt: new Date(context.clock.now()),
  };
  const { extras = {} } = asked.question;
  const opened = { guildId: row.guild_id, channelId: row.channel_id, threadId, extras };
  await context.transaction(async (tx) => {
    await moveIntoThread(tx, row, thread);
    const lane = laneOf(context.settings, { ...row, channel_id: threadId });
    if (lane !== null) await context.jobs.enterLane(tx, jobId, lane);
    await context.events.emit(tx, 'chat/thread-opened', opened);
  });
  context.signals.send(placedSignal(row.id));
}

/** As a message of the bot, which the answer replies to. */
async function shown(
  context: Needs<'db' | 'discord' | 'signals' | 'texts'>,
  row: QuestionRow,
  question: Question,
): Promise<QuestionRow> {
  const { source } = question;
  if (!source) return row;
  const replyTo = source.kind === 'ask' ? {} : { replyTo: source.targetId };
  const message = { content: textOf(context, row, question), suppressEmbeds: true };
  const { id } = await context.discord.actions.send(row.channel_id, message, {
    ...replyTo,
    key: `chat/asked/${row.id}`,
  });
  return keepMessage(context, row, id);
}

async function keepMessage(
  { db, signals }: Needs<'db' | 'signals'>,
  row: QuestionRow,
  messageId: string,
): Promise<QuestionRow> {
  await setMessage(db, row.id, messageId);
  signals.send(placedSignal(row.id));
  return { ...row, message_id: messageId };
}

/** The first message of a thread names the asker already, or is the asker's own with the question in it. */
function textOf(
  context: Needs<'discord' | 'texts'>,
  row: QuestionRow,
  { source, text, attachments }: Question,
): string {
  const t = context.texts.in(undefined);
  const user = row.author_id;
  if (source?.kind === 'explain' || source?.kind === 'summary') return t(`intake.asked-${source.kind}`, { user });
  const isInThread = source?.kind === 'ask' && source.threadIn !== null && source.threadIn !== row.channel_id;
  const mentionMe =
    source?.kind === 'ask' && source.threadIn !== null && !context.discord.messageContent
      ? `\n${t('intake.mention-me')}`
      : '';
  if (isInThread && source.startsAt !== undefined) return t('intake.above', { user }) + mentionMe;
  const header = isInThread ? '' : `${t('intake.asked', { user })}\n`;
  const files = attachments.map(({ filename }) => `\n-# 📎 ${filename}`).join('');
  return `${header}${quote(text, quotedCharacters)}${files}${mentionMe}`;
}
