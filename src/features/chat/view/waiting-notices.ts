import { ButtonStyle } from 'discord-api-types/v10';
import { VendorError } from '../../../kernel/errors.ts';
import type { ComponentCall, InLine, OutgoingMessage, Translate, Tx } from '../../../sdk/index.ts';
import { decryptQuestion, partsKey } from '../chat.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { button, row } from './buttons.ts';
import { lockedQuestion } from '../history/store.ts';
import { findAnswer } from '../turns/store.ts';
import { placeTurn } from '../intake/place-turn.ts';
import { tellEnd } from '../turns/cancel-waiting.ts';
import {
  claimNotice,
  deleteNotice,
  endedNotices,
  keepFirstPart,
  setNotice,
  unanswered,
} from '../turns/waiting-store.ts';
import type { Unanswered } from '../turns/waiting-store.ts';
import { spokenAs } from './speak.ts';
import { hasSpoken, intendToSpeak } from './voice-store.ts';
import { lineAbove, voiceFor } from './voice.ts';
import type { Voice } from './voice.ts';
import { lineText } from './waiting-words.ts';

/** A shorter wait is not mentioned. */
const noticeableMs = 2500;
/** After this long, a member is told also when the rest of the wait is shorter than that. */
const longMs = 10_000;
const lookEveryMs = 1000;
/** Between two writes into one channel, where the answers have to share what Discord takes with the notices. */
const channelPauseMs = 2500;
/** Between two writes into one notice. */
const noticePauseMs = 8000;
/** At the same time. Each holds a connection to the database. */
const writesAtOnce = 2;

/** Tells askers who have to wait how many are before them, in the message that becomes the answer. */
export interface Notices {
  stop(): Promise<void>;
}

/** Every process may do this: what it goes by are rows, and each notice is written by one of them at a time. */
export function followWaiting(context: ChatContext): Notices {
  const { clock, logger } = context;
  const writtenMs = new Map<string, number>();
  let stopped = false;
  let looking: Promise<void> | undefined;
  let timer = clock.after(lookEveryMs, begin);
  function begin(): void {
    looking = look(context, writtenMs)
      .catch((error: unknown) => logger.debug({ error }, 'Those who wait could not be told; trying again soon.'))
      .finally(() => {
        looking = undefined;
        if (!stopped) timer = clock.after(lookEveryMs, begin);
      });
  }
  return {
    stop: async () => {
      stopped = true;
      timer.cancel();
      await looking;
    },
  };
}

async function look(context: ChatContext, writtenMs: Map<string, number>): Promise<void> {
  const nowMs = context.clock.now();
  for (const { answerId, isUntold } of await endedNotices(context.db, new Date(nowMs - noticePauseMs))) {
    if (isUntold) await tellEnd(context, answerId);
    else await deleteNotice(context.db, answerId);
  }
  const waiting = await unanswered(context.db, new Date(nowMs - noticeableMs));
  if (waiting.length === 0) {
    writtenMs.clear();
    return;
  }
  const standings = await context.jobs.inLine(waiting.map(({ jobId }) => jobId));
  const inLine = new Map(standings.map((standing) => [standing.jobId, standing]));
  const due = waiting
    .filter((one) => isDue(one, inLine.get(one.jobId), nowMs))
    .sort((one, other) => (one.writtenAt?.getTime() ?? 0) - (other.writtenAt?.getTime() ?? 0));
  const next: Unanswered[] = [];
  for (const one of due) {
    if (next.length === writesAtOnce) break;
    if (nowMs - (writtenMs.get(one.channelId) ?? -Infinity) < channelPauseMs) continue;
    writtenMs.set(one.channelId, nowMs);
    next.push(one);
  }
  await Promise.all(next.map((one) => tell(context, one)));
}

function isDue({ ahead, askedAt, writtenAt }: Unanswered, standing: InLine | undefined, nowMs: number): boolean {
  if (!standing || ahead === standing.ahead) return false;
  if (writtenAt !== null && nowMs - writtenAt.getTime() < noticePauseMs) return false;
  const isSoon = standing.waitMs !== null && standing.waitMs < noticeableMs;
  return !isSoon || (writtenAt === null && nowMs - askedAt.getTime() >= longMs);
}

async function tell(context: ChatContext, waiting: Unanswered): Promise<void> {
  const now = new Date(context.clock.now());
  if (!(await claimNotice(context.db, waiting.answerId, waiting.writtenAt, now))) return;
  try {
    await bringToPlace(context, waiting.answerId);
    const voice = await voiceOf(context, waiting.answerId);
    await context.transaction((tx) => write(context, tx, waiting, voice));
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    context.logger.debug({ error, channelId: waiting.channelId }, 'A member who waits could not be told.');
  }
}

/** A question that came without a message gets its thread and its message first, as it would when its turn comes. */
async function bringToPlace(context: ChatContext, answerId: string): Promise<void> {
  const found = await findAnswer(context.db, answerId);
  if (found?.question.message_id !== null) return;
  const { question: placed, answer } = found;
  const question = await decryptQuestion(context.vault.reader(context.db), placed);
  if (!question) return;
  const { job_id: jobId, wanted_model_id: wantedModelId } = answer;
  if (jobId === null) return;
  await placeTurn(context, { lastAttempt: false }, { row: placed, question, jobId, wantedModelId });
}

/** As whom the answer is going to speak. Where that is by a webhook, it is noted first that a message may be sent. */
async function voiceOf(
  context: Needs<'clock' | 'db' | 'discord' | 'extensions' | 'logger' | 'vault'>,
  answerId: string,
): Promise<Voice | undefined> {
  const { db, vault, clock } = context;
  const row = (await findAnswer(db, answerId))?.question;
  const read = vault.reader(db);
  const question = row && (await decryptQuestion(read, row));
  const voice = question && (await voiceFor(context, read, row, question));
  if (voice?.byWebhook && row?.parts.length === 0) await intendToSpeak(db, row.id, new Date(clock.now()));
  return voice ?? undefined;
}

/**
 * The lock on the question is held while Discord is written to, and a worker waits for it before it writes into a message
 * that is there already: so nothing overwrites an answer. The first message has the name of the answer's, under which Discord
 * makes only one.
 */
async function write(
  context: Needs<'discord' | 'jobs' | 'texts'>,
  tx: Tx,
  { answerId, questionId }: Unanswered,
  voice: Voice | undefined,
): Promise<void> {
  const question = await lockedQuestion(tx, questionId);
  const answer = (await findAnswer(tx, answerId))?.answer;
  if (!question || answer?.question_id !== question.id || answer.job_id === null) return;
  const [standing] = await context.jobs.inLine([answer.job_id], tx);
  if (!standing) return;
  const { actions } = context.discord;
  const t = context.texts.in(undefined);
  const notice = noticeOf(answerId, standing, t);
  const above = lineAbove(question, voice, t);
  const [shownIn] = question.parts;
  if (shownIn !== undefined) {
    await actions.edit(question.channel_id, shownIn, { ...notice, content: above + notice.content });
  } else {
    // Sending as a reply through a webhook adds the line.
    const content = voice?.byWebhook ? notice.content : above + notice.content;
    const named = voice?.byWebhook ? { spoken: spokenAs(tx, question, voice) } : { key: `${partsKey(answer)}/0` };
    const replyTo = question.message_id === null ? {} : { replyTo: question.message_id };
    const { id } = await actions.send(question.channel_id, { ...notice, content }, { ...replyTo, ...named });
    if (!(await keepFirstPart(tx, answer, id))) await actions.delete(question.channel_id, id);
    if (voice?.byWebhook) await hasSpoken(tx, question.id);
  }
  await setNotice(tx, answerId, standing.ahead);
}

function noticeOf(answerId: string, standing: InLine, t: Translate): OutgoingMessage & { content: string } {
  const label = t('buttons.cancel');
  return {
    content: lineText(standing, t),
    components: row([button('cancel', answerId, { label, emoji: '✖️', style: ButtonStyle.Secondary })]),
  };
}

/** The notice for an answer that no worker has begun; undefined when one has. */
export async function waitOf(
  context: Needs<'jobs'>,
  answer: { id: string; jobId: string },
  t: Translate,
): Promise<OutgoingMessage | undefined> {
  const [standing] = await context.jobs.inLine([answer.jobId]);
  return standing && noticeOf(answer.id, standing, t);
}

/** Sent in the process that begins an answer. */
export const begunSignal = (answerId: string): string => `chat/begun/${answerId}`;

/** Tells a member who pressed a button or used a command, when that has to wait for its turn; them alone. */
export async function tellIfWaiting(
  context: Needs<'jobs' | 'signals'>,
  call: Pick<ComponentCall, 'reply' | 't'>,
  answer: { id: string; jobId: string } | undefined,
): Promise<void> {
  if (!answer) return;
  const isBegun = async () => ((await context.jobs.inLine([answer.jobId])).length === 0 ? true : undefined);
  if (await context.signals.until(begunSignal(answer.id), isBegun, { withinMs: noticeableMs })) return;
  const notice = await waitOf(context, answer, call.t);
  if (notice) await call.reply(notice, { ephemeral: true });
}
