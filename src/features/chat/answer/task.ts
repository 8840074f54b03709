import { Cancelled } from '../../../kernel/errors.ts';
import type { JobRun, LiveMessage, ModelInfo, VaultReader } from '../../../sdk/index.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { chooseModel, decryptQuestion, partsKey } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { stopRow } from '../view/buttons.ts';
import { goneChannel } from '../history/ending.ts';
import type { Question } from '../intake/read-message.ts';
import type { ChatSettings } from '../settings.ts';
import { growingLimit, maxMessagesOf, maxMessagesWithin } from '../view/long-answers.ts';
import { answerMessages, withUnnoted } from '../view/speak.ts';
import { decryptThoughts } from '../view/thoughts.ts';
import { voiceFor } from '../view/voice.ts';
import type { Voice } from '../view/voice.ts';
import { findSpeaker, shownParts } from '../view/voice-store.ts';
import { findAnswer } from '../turns/store.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { withMerged } from '../turns/later-questions.ts';
import { endNotice, mergedInto } from '../turns/waiting-store.ts';

/** One run of the job that answers a question: everything that is known before a model is asked. Nothing of it changes. */
export interface AnswerTask {
  readonly context: ChatContext;
  readonly run: JobRun;
  readonly answer: AnswerRow;
  readonly row: QuestionRow;
  readonly question: Question;
  readonly read: VaultReader;
  readonly settings: ChatSettings;
  /** The model that is wanted for it. */
  readonly model: ModelInfo;
  readonly screen: AnswerScreen;
  /** What an earlier run wrote and thought, when this one goes on from there; else empty. */
  readonly before: { readonly text: string; readonly thoughts: string };
}

/** The messages that show the answer. */
interface AnswerScreen {
  readonly live: LiveMessage;
  /** Undefined: the bot itself answers. */
  readonly voice: Voice | undefined;
  /** How many messages the answer may fill, as `maxMessagesOf` says. */
  readonly maxMessages: number | undefined;
  /** Its message says how long it was to wait. */
  readonly isNoticed: boolean;
}

/** One try of an answer, as its job names it. */
export interface AnswerTry {
  answerId: string;
  tries: number;
}

type PlaceTurn = (asked: {
  row: QuestionRow;
  question: Question;
  wantedModelId: string | null;
}) => Promise<QuestionRow>;

/** Undefined when there is nothing left to do: the answer is shown, was removed, or is written by another job. */
export async function openTask(
  context: ChatContext,
  run: JobRun,
  { answerId }: AnswerTry,
  place?: PlaceTurn,
): Promise<AnswerTask | undefined> {
  const found = await findAnswer(context.db, answerId);
  if (!found || found.answer.state === 'done' || found.answer.job_id !== run.job.id) return undefined;
  const { answer, question: asked } = found;
  const read = context.vault.reader(context.db);
  const finding = findSpeaker(context.db, asked.id);
  const [question, merged, settingsThere] = await Promise.all([
    decryptQuestion(read, asked),
    mergedInto(context.db, asked.id),
    settingsOf(context, asked),
    finding,
  ]);
  if (!question) return undefined;
  const placed = (await place?.({ row: asked, question, wantedModelId: answer.wanted_model_id })) ?? asked;
  const whole = await withMerged(read, merged, question);
  const settings = placed.channel_id === asked.channel_id ? settingsThere : await settingsOf(context, placed);
  const voice = await voiceFor(context, read, placed, whole, finding);
  const { row, isNoticed } = await takeMessages(context, run, { answer, row: placed, voice });
  const isAgain = (answer.version > 1 || answer.tries > 0) && !answer.continued;
  const [before, maxMessages] = await Promise.all([
    writtenBefore(read, row, answer),
    isAgain ? maxMessagesWithin(context, settings, row) : maxMessagesOf(context.discord, settings, row.channel_id),
  ]);
  return {
    ...{ context, run, answer, row, question: whole, read, settings, before },
    model: chooseModel(context, settings, answer.wanted_model_id ?? voice?.speaker.model ?? null),
    screen: { live: liveMessage(context, run, { answer, row, voice }, maxMessages), voice, maxMessages, isNoticed },
  };
}

async function writtenBefore(read: VaultReader, row: QuestionRow, answer: AnswerRow): Promise<AnswerTask['before']> {
  if (!answer.continued) return { text: '', thoughts: '' };
  const text = answer.ciphertext && (await read(row.author_id, answer.id, answer.ciphertext));
  const thoughts = (await decryptThoughts(read, row, answer)) ?? '';
  return { text: text ?? '', thoughts: thoughts === '' ? '' : `${thoughts}\n\n` };
}

interface Shown {
  answer: AnswerRow;
  row: QuestionRow;
  voice: Voice | undefined;
}

/**
 * From now on no other process writes into the messages of the answer, and all of them are known. The one that tells of the wait
 * has ended: Discord makes two messages where it does not know the name of the first.
 */
async function takeMessages(
  context: Needs<'db' | 'discord' | 'logger'>,
  run: JobRun,
  { answer, row, voice }: Shown,
): Promise<{ row: QuestionRow; isNoticed: boolean }> {
  const { db } = context;
  const isFirst = run.job.attempt === 1;
  if (!voice) return { row, isNoticed: row.parts.length > 0 && isFirst && (await endNotice(db, answer)) };
  const wasTold = await endNotice(db, answer);
  const parts = await shownParts(db, row.id);
  const known = { ...row, parts };
  const all = voice.byWebhook ? await withUnnoted(context, known, answer, voice) : parts;
  return { row: { ...row, parts: all }, isNoticed: isFirst && wasTold && all.length > 0 };
}

function liveMessage(
  context: Needs<'clock' | 'db' | 'discord' | 'jobs' | 'texts'>,
  run: JobRun,
  { answer, row, voice }: Shown,
  maxMessages: number | undefined,
): LiveMessage {
  const t = context.texts.in(undefined);
  return answerMessages(context, row, voice, {
    key: partsKey(answer),
    liveComponents: stopRow(answer.id, t),
    ...(maxMessages === undefined ? {} : { bound: growingLimit(maxMessages, t) }),
    keepsFiles: answer.continued,
    signal: run.signal,
    // Ends it as Stop would, with the text so far.
    onDeadline: () => void context.jobs.cancel(run.job.id, 'familiar').catch(() => undefined),
  });
}

export const isStopped = (run: JobRun) => run.signal.reason instanceof Cancelled;

/**
 * Nobody can see the answer any more: its channel is gone or closed to the bot, which is not the asker's doing. The rows of a
 * deleted channel go before its jobs are cancelled; so for an answer that was removed (`isKept` is false), the cache is asked.
 */
export async function isLost({ context, run, screen, row }: AnswerTask, isKept: boolean): Promise<boolean> {
  const reason: unknown = run.signal.reason;
  if (screen.live.refused.aborted || (reason instanceof Cancelled && reason.by === goneChannel)) return true;
  if (isKept || row.guild_id === null) return false;
  return (await context.discord.cache.channel(row.channel_id)) === undefined;
}
