import { Cancelled, UserError, VendorError } from '../../kernel/errors.ts';
import type { DiscordActions, JobRun, LivePart, ModelInfo, PaidCall, Use, VaultReader } from '../../sdk/index.ts';
import type { ChatContext } from './chat.ts';
import { openQuestion, requestOf, chooseModel } from './chat.ts';
import { storePatiently } from './patience.ts';
import type { Notice } from './prompt.ts';
import { settingsOf } from './conversations.ts';
import { buildPrompt } from './prompt.ts';
import { stopRow } from './controls/row.ts';
import { endedMessage } from './controls/screen.ts';
import type { End } from './controls/screen.ts';
import { versionPlace } from './controls/store.ts';
import { temperatureOf } from './controls/creativity.ts';
import { answerVanished } from './history/deletions.ts';
import { offerIfEdited } from './history/edits.ts';
import { goneChannel, tidyNow } from './history/ending.ts';
import { failureKey } from './render.ts';
import type { Question } from './rules.ts';
import type { AnswerState } from './schema.ts';
import type { ChatSettings } from './settings.ts';
import { endAnswer, findAnswer, setPart, showParts, trimConversation, trimParts } from './store.ts';
import type { AnswerRow, QuestionRow } from './store.ts';
import { arrive } from './ways-in/arrive.ts';
import { giveTitle } from './ways-in/title.ts';

type Live = ReturnType<DiscordActions['live']>;

/** One run of the job that answers a question. */
interface Work {
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

/** Less than this is no answer: a sentence or two. */
const leastOutputTokens = 64;

/**
 * Answers one question, or goes on where a run that died left off: an end that was stored is only shown, anything less
 * is asked for again, and the same Discord messages are edited either way.
 */
export async function runAnswer(context: ChatContext, run: JobRun): Promise<void> {
  const work = await openWork(context, run, (asked) => arrive(context, run, asked));
  if (!work) return;
  context.checkpoint('begun');
  // What a run that died had open is not on the asker.
  if (run.job.attempt > 1) await context.spending.recover(requestOf(work.answer));
  work.stopTyping = context.discord.actions.typing(work.row.channel_id);
  try {
    if (work.answer.state === 'waiting') await write(work);
    else await showAgain(work);
  } finally {
    work.stopTyping();
  }
}

/** Ends an answer whose every run was lost with its worker; asks no model. An end that was stored is shown instead. */
export async function tellOfLoss(context: ChatContext, run: JobRun): Promise<void> {
  const work = await openWork(context, run);
  if (!work) return;
  await context.spending.recover(requestOf(work.answer));
  await context.spending.finish(requestOf(work.answer));
  if (work.answer.state === 'waiting') await showFailure(work, 'lost');
  else await showAgain(work);
}

type Arrive = (asked: { row: QuestionRow; question: Question; wantedModelId: string | null }) => Promise<QuestionRow>;

async function openWork(context: ChatContext, run: JobRun, come?: Arrive): Promise<Work | undefined> {
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

async function write(work: Work): Promise<void> {
  const { context, run } = work;
  try {
    await stream(work);
  } catch (error) {
    await onFailure(work, error);
    return;
  }
  context.checkpoint('written');
  // Complete and stored before it is charged, and charged before it is shown: from here on no run asks a model again, and
  // one that died in between leaves the asker uncharged.
  await storePatiently(context, run, () => end(work, 'written', null));
  if (await isLost(work)) await work.paid?.fail(work.uses);
  else await charge(work);
  // A Stop that comes only now has nothing to stop: the answer is shown whole, and the button goes.
  if (!isStopped(run)) run.signal.throwIfAborted();
  await show(work, { state: 'done' });
  if (!work.removed) await giveTitle(context, run, work);
}

/** Where an answer stands already, its buttons go and Stop comes before the model says its first word. */
async function takeScreen({ context, run, live, row, written }: Work): Promise<void> {
  const { parts } = row;
  const last = parts.at(-1);
  if (last === undefined || run.job.attempt > 1) return;
  live.update(written === '' ? context.texts.in(undefined)('again') : written);
  if (parts.length === 1) return;
  try {
    await context.discord.actions.edit(row.channel_id, last, { components: [] });
  } catch (error) {
    context.logger.debug({ error, channelId: row.channel_id }, 'The buttons of an earlier answer stay for now.');
  }
}

async function stream(work: Work): Promise<void> {
  const { context, run, live, row } = work;
  const admitted = context.spending.admitted(requestOf(work.answer));
  await takeScreen(work);
  work.model = await context.spending.modelFor(work.model, { guildId: row.guild_id, channelId: row.channel_id });
  const { model } = work;
  const prompt = await buildPrompt(
    context,
    work.read,
    work.settings,
    model,
    row,
    work.question,
    work.written,
    run.signal,
  );
  work.notices.push(...prompt.notices);
  const paid = await context.spending.call({
    request: requestOf(work.answer),
    admitted,
    step: 'answer',
    attempt: run.job.attempt,
    candidates: context.models.candidates(model.id),
    inputTokens: prompt.inputTokens,
    outputTokens: { wanted: prompt.maxOutputTokens, least: leastOutputTokens },
    signal: run.signal,
    facts: { asked: model.id, exchanges: prompt.exchanges, contextTokens: prompt.inputTokens },
  });
  work.paid = paid;
  const events = context.models.stream({
    modelId: model.id,
    messages: prompt.messages,
    maxOutputTokens: paid.outputTokens,
    ...temperatureOf(work.settings, model),
    allowed: (candidate) => paid.mayUse(candidate),
    onUsage: (usage, used) => work.uses.push({ model: used, usage }),
    // Nobody would see the words that a refused message still costs.
    signal: AbortSignal.any([run.signal, live.refused]),
  });
  for await (const event of events) {
    if (event.type === 'start') context.checkpoint('asked');
    if (event.type === 'start' && event.modelId !== model.id) {
      work.notices.push({ key: 'notices.fallback', data: { asked: model.id, model: event.modelId } });
      work.model = context.models.find(event.modelId) ?? model;
    } else if (event.type === 'text') {
      work.stopTyping();
      work.text += event.text;
      live.update(work.text);
      context.checkpoint('streaming');
    } else if (event.type === 'finish') {
      work.finish = event.reason;
      if (event.reason === 'refused') work.notices.push({ key: 'notices.refused', data: { model: work.model.id } });
    }
  }
  if (work.text.slice(work.written.length).trim() === '') {
    throw new VendorError('model/empty', 'The model finished without a word.', { retryable: !run.lastAttempt });
  }
}

/** The asker pays for the answer they get. */
async function charge(work: Work): Promise<void> {
  const notices = (await work.paid?.settle(work.uses)) ?? [];
  const t = work.context.commonTexts.in(undefined);
  work.notices.push(...notices.map(({ key, data }) => ({ key: 'notices.said', data: { text: t(key, data) } })));
}

async function onFailure(work: Work, error: unknown): Promise<void> {
  const { run, live } = work;
  if (isStopped(run)) {
    await end(work, 'stopped', null);
    // What is on the screen was given; who stops before the first word has nothing.
    if (work.text === work.written || (await isLost(work))) await work.paid?.fail(work.uses);
    else await charge(work);
    await show(work, { state: 'stopped' });
    return;
  }
  await work.paid?.fail(work.uses);
  if (run.signal.aborted) {
    await live.abandon();
    throw error;
  }
  if (live.refused.aborted) {
    await live.abandon();
    await keepUnseen(work, live.refused.reason as VendorError);
    return;
  }
  const final = run.lastAttempt || !(error instanceof VendorError) || !error.retryable;
  if (!final) {
    await live.abandon();
    throw error;
  }
  if (!work.paid) await work.context.spending.finish(requestOf(work.answer));
  if (error instanceof UserError) {
    await showFailure(work, 'spending/refused', work.context.explain(error));
    return;
  }
  const known = error instanceof VendorError && work.context.texts.has(failureKey(error.code));
  await showFailure(work, known ? error.code : 'model/failed');
  throw error;
}

async function showFailure(work: Work, code: string, said?: string): Promise<void> {
  await end(work, 'failed', code);
  await show(work, { state: 'failed', code, ...(said !== undefined && { said }) });
}

async function end(work: Work, state: AnswerState, errorCode: string | null): Promise<void> {
  const { context, answer, row, text, finish } = work;
  const kept = await endAnswer(context.db, answer.id, {
    state,
    finish,
    sealed: text === '' ? null : await context.vault.seal(context.db, row.author_id, answer.id, text),
    finishedAt: new Date(context.clock.now()),
    modelId: work.model.id,
    ...(errorCode === null ? {} : { errorCode }),
  });
  work.removed = !kept;
  context.checkpoint('stored');
}

/** For an answer that Discord refuses for good: what there is of it is stored, and its job has nothing left to do. */
async function keepUnseen(work: Work, error: VendorError): Promise<void> {
  const { context, row, settings } = work;
  await end(work, 'failed', error.code);
  context.logger.warn({ error, channelId: row.channel_id }, 'Discord does not take an answer; it is kept unseen.');
  await trimConversation(context.db, row.channel_id, settings.historyKept);
}

const isStopped = (run: JobRun) => run.signal.reason instanceof Cancelled;

/**
 * Nobody can see it any more: its channel is gone or closed to us, which is not the asker's doing. The rows of a deleted
 * channel go before its jobs are cancelled, so that the cache is asked where they have gone.
 */
async function isLost({ context, run, live, row, removed }: Work): Promise<boolean> {
  const reason: unknown = run.signal.reason;
  if (live.refused.aborted || (reason instanceof Cancelled && reason.by === goneChannel)) return true;
  if (!removed || row.guild_id === null) return false;
  return (await context.discord.cache.channel(row.channel_id)) === undefined;
}

/** Shows how the answer ended. What Discord refuses for good stays stored, and the job has nothing left to do. */
async function show(work: Work, shown: End): Promise<void> {
  const { context, run, answer, row, settings } = work;
  try {
    if (work.removed) {
      await leaveScreen(work);
      return;
    }
    const parts: LivePart[] = await work.live.finish(await endOnScreen(work, shown));
    context.checkpoint('shown');
    const ids = parts.map((part) => part.messageId);
    // Before the answer is done: after that no run comes to store it.
    await context.spending.shown(requestOf(answer), ids);
    if (ids.length === 0 && work.text !== '') await answerVanished(context, row.id);
    else if (await showParts(context.db, answer, ids)) await offerIfEdited(context, row, answer);
    else await removedWhileShown(work);
  } catch (error) {
    const refused = error instanceof VendorError && !error.retryable;
    if (shown.state === 'done' && (refused || run.lastAttempt || isStopped(run))) {
      await end(work, 'failed', error instanceof VendorError ? error.code : 'discord/failed');
    }
    if (refused || run.lastAttempt || (await isLost(work))) await context.spending.takeBack(requestOf(answer));
    if (!refused) throw error;
    context.logger.warn({ error, channelId: row.channel_id }, 'Discord does not take an answer; it is kept unseen.');
  }
  await trimConversation(context.db, row.channel_id, settings.historyKept);
  context.checkpoint('finished');
}

async function removedWhileShown(work: Work): Promise<void> {
  work.removed = true;
  await leaveScreen(work);
  if (await isLost(work)) await work.context.spending.takeBack(requestOf(work.answer));
}

/** The messages of an answer that was removed go, too, unless the settings keep them; then nothing can be done with them. */
async function leaveScreen({ context, row, settings, live, text }: Work): Promise<void> {
  const parts = await live.abandon();
  const ids = parts.map(({ messageId }) => messageId);
  const kept = settings.deleteAnswersWithQuestion === false && text !== '';
  await tidyNow(context, { channelId: row.channel_id, deleted: kept ? [] : ids, bared: kept ? ids.slice(-1) : [] });
}

async function endOnScreen(work: Work, end: End): Promise<Parameters<Live['finish']>[0]> {
  const { context, answer, text, notices, model, finish, settings } = work;
  const place = await versionPlace(context.db, answer);
  const ended = {
    id: answer.id,
    modelId: model.id,
    text,
    notices,
    end,
    finish,
    place,
    buttons: settings.answerButtons,
  };
  return endedMessage(ended, context.texts.in(undefined));
}

/** For a run that died between storing an end and showing it. */
async function showAgain(work: Work): Promise<void> {
  const { context, answer, row } = work;
  const text = answer.sealed && (await work.read(row.author_id, answer.id, answer.sealed));
  work.text = text ?? '';
  work.model = (answer.model_id === null ? undefined : context.models.find(answer.model_id)) ?? work.model;
  if (answer.state === 'failed') await show(work, { state: 'failed', code: answer.error_code ?? 'model/failed' });
  else await show(work, { state: answer.state === 'stopped' ? 'stopped' : 'done' });
}
