import { Cancelled } from '../../../kernel/errors.ts';
import type {
  Generation,
  HistoryFill,
  JobRun,
  LiveMessage,
  ModelInfo,
  Speaker,
  VaultReader,
} from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { chooseModel, openQuestion, partsKey } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { stopRow } from '../view/buttons.ts';
import { goneChannel } from '../history/ending.ts';
import type { Notice } from '../prompt/build.ts';
import type { Question } from '../intake/read-message.ts';
import type { ChatSettings } from '../settings.ts';
import { boundOf, boundWithin, growingBound } from '../view/long-answers.ts';
import { answerMessages, withUnnoted } from '../view/speak.ts';
import { openThoughts } from '../view/thoughts.ts';
import { voiceFor } from '../view/voice.ts';
import type { Voice } from '../view/voice.ts';
import { shownParts } from '../view/voice-store.ts';
import { findAnswer } from '../turns/store.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { withMerged } from '../turns/later-questions.ts';
import { endNotice, mergedInto } from '../turns/waiting-store.ts';

export type Live = LiveMessage;

/** One run of the job that answers a question. */
export interface Work {
  context: ChatContext;
  run: JobRun;
  answer: AnswerRow;
  row: QuestionRow;
  question: Question;
  read: VaultReader;
  settings: ChatSettings;
  live: Live;
  notices: Notice[];
  model: ModelInfo;
  /** All of it, with what it goes on from. */
  text: string;
  /** What the model let see of its thoughts, with those of what it goes on from. */
  thoughts: string;
  /** The thoughts of what it goes on from. */
  thoughtsBefore: string;
  /** The model has begun to think and keeps to itself what. */
  thoughtInSecret: boolean;
  /** How many messages the answer may fill, as `boundOf` says. */
  bound: number | undefined;
  /** Its message says how long it was to wait. */
  isNoticed: boolean;
  /** What an earlier run wrote, when it goes on from there. */
  written: string;
  /** Others than the asker whose words the model read. */
  contextAuthorIds: readonly string[];
  /** What its conversation takes of its window; undefined before its prompt is built. */
  history: HistoryFill | undefined;
  /** Who answers; undefined: the bot itself. */
  speaker: Speaker | undefined;
  voice: Voice | undefined;
  /** Why the model ended. */
  finish: string | null;
  /** Somebody removed the answer while it was worked on. */
  removed: boolean;
  /** Steps before tools are charged already. */
  hasChargedSteps: boolean;
  /** The model's call, once it is reserved. */
  generation: Generation | undefined;
  /** There is text: ends the typing indicator, which would outlive it, and the wait for it. */
  stopTyping: () => void;
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

export async function openWork(
  context: ChatContext,
  run: JobRun,
  { answerId }: AnswerTry,
  place?: PlaceTurn,
): Promise<Work | undefined> {
  const found = await findAnswer(context.db, answerId);
  // The job of an answer that is done has nothing left to show, and an answer that is tried again has another job.
  if (!found || found.answer.state === 'done' || found.answer.job_id !== run.job.id) return undefined;
  const { answer, question: asked } = found;
  const read = context.vault.reader(context.db);
  const [question, merged, settingsThere] = await Promise.all([
    openQuestion(read, asked),
    mergedInto(context.db, asked.id),
    settingsOf(context, asked),
  ]);
  if (!question) return undefined;
  const placed = (await place?.({ row: asked, question, wantedModelId: answer.wanted_model_id })) ?? asked;
  const whole = await withMerged(read, merged, question);
  const settings = placed.channel_id === asked.channel_id ? settingsThere : await settingsOf(context, placed);
  const voice = await voiceFor(context, read, placed, whole);
  const { row, isNoticed } = await takeMessages(context, run, { answer, row: placed, voice });
  const written =
    answer.continued && answer.sealed ? ((await read(row.author_id, answer.id, answer.sealed)) ?? '') : '';
  const before = answer.continued ? ((await openThoughts(read, row, answer)) ?? '') : '';
  const thoughtsBefore = before === '' ? '' : `${before}\n\n`;
  const isAgain = (answer.version > 1 || answer.tries > 0) && !answer.continued;
  const bound = await (isAgain ? boundWithin(context, settings, row) : boundOf(context, settings, row.channel_id));
  return {
    context,
    run,
    answer,
    row,
    question: whole,
    isNoticed,
    read,
    settings,
    live: liveMessage(context, run, { answer, row, voice }, bound),
    notices: [],
    model: chooseModel(context, settings, answer.wanted_model_id ?? voice?.speaker.model ?? null),
    text: written,
    written,
    thoughts: thoughtsBefore,
    thoughtsBefore,
    thoughtInSecret: false,
    bound,
    contextAuthorIds: answer.told_ids,
    history: undefined,
    speaker: voice?.speaker,
    voice,
    finish: answer.finish,
    removed: false,
    hasChargedSteps: false,
    generation: undefined,
    stopTyping: () => {},
  };
}

type Shown = Pick<Work, 'answer' | 'row' | 'voice'>;

/**
 * From now on nobody else writes into the messages of the answer, and all of them are known. Whoever tells of the wait has
 * ended: Discord makes two messages where it does not know the name of the first.
 */
async function takeMessages(
  context: ChatContext,
  run: JobRun,
  { answer, row, voice }: Shown,
): Promise<Pick<Work, 'row' | 'isNoticed'>> {
  const { db } = context;
  const isFirst = run.job.attempt === 1;
  if (!voice) return { row, isNoticed: row.parts.length > 0 && isFirst && (await endNotice(db, answer)) };
  const wasTold = await endNotice(db, answer);
  const parts = await shownParts(db, row.id);
  const known = { ...row, parts };
  const all = voice.byWebhook ? await withUnnoted(context, known, answer, voice) : parts;
  return { row: { ...row, parts: all }, isNoticed: isFirst && wasTold && all.length > 0 };
}

function liveMessage(context: ChatContext, run: JobRun, shown: Shown, bound: number | undefined): Live {
  const { answer, row, voice } = shown;
  const t = context.texts.in(undefined);
  return answerMessages(context, row, voice, {
    key: partsKey(answer),
    liveComponents: stopRow(answer.id, t),
    ...(bound === undefined ? {} : { bound: growingBound(bound, t) }),
    signal: run.signal,
    // Ends it as Stop would, with what was written.
    onDeadline: () => void context.jobs.cancel(run.job.id, 'familiar').catch(() => undefined),
  });
}

export const isStopped = (run: JobRun) => run.signal.reason instanceof Cancelled;

/**
 * Nobody can see it any more: its channel is gone or closed to us, which is not the asker's doing. The rows of a deleted
 * channel go before its jobs are cancelled, so that the cache is asked where they have gone.
 */
export async function isLost({ context, run, live, row, removed }: Work): Promise<boolean> {
  const reason: unknown = run.signal.reason;
  if (live.refused.aborted || (reason instanceof Cancelled && reason.by === goneChannel)) return true;
  if (!removed || row.guild_id === null) return false;
  return (await context.discord.cache.channel(row.channel_id)) === undefined;
}
