import { Cancelled } from '../../../kernel/errors.ts';
import type { DiscordActions, JobRun, ModelInfo, PaidCall, Use, VaultReader } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { openQuestion, chooseModel } from '../chat.ts';
import { settingsOf } from '../conversations.ts';
import { stopRow } from '../controls/row.ts';
import { goneChannel } from '../history/ending.ts';
import type { Notice } from '../prompt.ts';
import type { Question } from '../rules.ts';
import type { ChatSettings } from '../settings.ts';
import { findAnswer, setPart, trimParts } from '../store.ts';
import type { AnswerRow, QuestionRow } from '../store.ts';

export type Live = ReturnType<DiscordActions['live']>;

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
  /** What an earlier run wrote, when it goes on from there. */
  written: string;
  /** Why the model ended. */
  finish: string | null;
  /** Somebody removed the answer while it was worked on. */
  removed: boolean;
  /** What is held for the model's call, and what its providers used of it. */
  paid: PaidCall | undefined;
  uses: Use[];
  /** Ends the typing indicator, which would outlive the text that it announces. */
  stopTyping: () => void;
}

type Arrive = (asked: { row: QuestionRow; question: Question; wantedModelId: string | null }) => Promise<QuestionRow>;

export async function openWork(context: ChatContext, run: JobRun, come?: Arrive): Promise<Work | undefined> {
  const found = await findAnswer(context.db, run.job.payload['answerId'] as string);
  // The job of an answer that is done has nothing left to show, and an answer that is tried again has another job.
  if (!found || found.answer.state === 'done' || found.answer.job_id !== run.job.id) return undefined;
  const { answer, question: asked } = found;
  const read = context.vault.reader(context.db);
  const question = await openQuestion(read, asked);
  if (!question) return undefined;
  const row = (await come?.({ row: asked, question, wantedModelId: answer.wanted_model_id })) ?? asked;
  const settings = await settingsOf(context, row);
  const written =
    answer.continued && answer.sealed ? ((await read(row.author_id, answer.id, answer.sealed)) ?? '') : '';
  return {
    context,
    run,
    answer,
    row,
    question,
    read,
    settings,
    live: liveMessage(context, run, answer, row),
    notices: [],
    model: chooseModel(context, settings, answer.wanted_model_id),
    text: written,
    written,
    finish: answer.finish,
    removed: false,
    paid: undefined,
    uses: [],
    stopTyping: () => {},
  };
}

function liveMessage(context: ChatContext, run: JobRun, answer: AnswerRow, row: QuestionRow): Live {
  return context.discord.actions.live({
    channelId: row.channel_id,
    ...(row.message_id === null ? {} : { replyTo: row.message_id }),
    key: `chat/${answer.id}/${answer.tries}`,
    parts: row.parts.map((messageId) => ({ messageId })),
    onPart: (index, part) => setPart(context.db, row.id, index, part.messageId),
    onTrim: (kept) => trimParts(context.db, row.id, kept),
    liveComponents: stopRow(answer.id, context.texts.in(undefined)),
    signal: run.signal,
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
