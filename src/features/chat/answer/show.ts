import { VendorError } from '../../../kernel/errors.ts';
import type { LivePart } from '../../../sdk/index.ts';
import { requestOf } from '../chat.ts';
import { endedMessage } from '../view/render-answer.ts';
import type { End } from '../view/render-answer.ts';
import { versionPlace } from '../actions/store.ts';
import { answerVanished } from '../history/deletions.ts';
import { offerIfEdited } from '../history/edits.ts';
import { tidyNow } from '../history/ending.ts';
import { questionEnded, questionRemoved } from '../view/reactions.ts';
import { keepsThoughts, openThoughts } from '../view/thoughts.ts';
import { lineAbove } from '../view/voice.ts';
import { showParts, trimConversation } from '../turns/store.ts';
import { end } from './end.ts';
import { openFootnotes } from '../view/footnotes.ts';
import { wasSeen } from './payment.ts';
import { asReadBefore } from './recover.ts';
import { isLost, isStopped } from './work.ts';
import type { Live, Work } from './work.ts';

const missingPermissions = 'discord/50013';

/**
 * Shows how the answer ended, and says whether people see it. What Discord refuses for good stays stored, and the job has
 * nothing left to do.
 */
export async function show(work: Work, shown: End): Promise<boolean> {
  const { context, run, answer, row, settings } = work;
  let seen = false;
  try {
    if (work.removed) {
      await leaveScreen(work);
      return false;
    }
    const parts = await finish(work, shown);
    context.checkpoint('shown');
    questionEnded(context, row, answer, settings, shown.state, { again: run.job.attempt > 1 });
    const ids = parts.map((part) => part.messageId);
    // Before the answer is done: after that no run comes to store it.
    await context.spending.shown(requestOf(answer), ids);
    if (ids.length === 0 && work.text !== '') await answerVanished(context, row.id);
    else if (await showParts(context.db, answer, ids)) await offerIfEdited(context, row, answer);
    else {
      work.removed = true;
      await leaveScreen(work);
    }
    seen = ids.length > 0 && !work.removed;
  } catch (error) {
    const refused = error instanceof VendorError && !error.retryable;
    if (shown.state === 'done' && (refused || run.lastAttempt || isStopped(run))) {
      await end(work, 'failed', error instanceof VendorError ? error.code : 'discord/failed');
    }
    const isOver = refused || run.lastAttempt || (await isLost(work));
    if (isOver && !wasSeen(work)) await context.spending.writeOff(requestOf(answer));
    if (!refused) throw error;
    questionEnded(context, row, answer, settings, 'failed');
    context.logger.warn({ error, channelId: row.channel_id }, 'Discord does not take an answer; it is kept unseen.');
  }
  await trimConversation(context.db, row.channel_id, settings.historyKept);
  context.checkpoint('finished');
  return seen;
}

/** The messages of an answer that was removed go, too, unless the settings keep them; then nothing can be done with them. */
async function leaveScreen({ context, row, settings, live, text }: Work): Promise<void> {
  questionRemoved(context, row, settings);
  const parts = await live.abandon();
  const ids = parts.map(({ messageId }) => messageId);
  const kept = settings.deleteAnswersWithQuestion === false && text !== '';
  await tidyNow(context, { channelId: row.channel_id, deleted: kept ? [] : ids, bared: kept ? ids.slice(-1) : [] });
}

/** Where a file was refused that the cache of permissions allowed, the answer comes in as many messages as it needs. */
async function finish(work: Work, shown: End): Promise<LivePart[]> {
  const message = await endOnScreen(work, shown);
  try {
    return await work.live.finish(message);
  } catch (error) {
    const isFile = message.files !== undefined && error instanceof VendorError && error.code === missingPermissions;
    if (!isFile) throw error;
    return await work.live.finish(await endOnScreen({ ...work, bound: undefined }, shown));
  }
}

async function endOnScreen(work: Work, shown: End): Promise<Parameters<Live['finish']>[0]> {
  const { context, answer, row, voice, text, notices, model, finish, settings, bound } = work;
  const t = context.texts.in(undefined);
  const place = await versionPlace(context.db, answer);
  const ended = {
    id: answer.id,
    modelId: model.id,
    text,
    notices,
    end: shown,
    finish,
    place,
    buttons: settings.answerButtons,
    bound,
    above: lineAbove(row, voice, t),
    hasThoughts: keepsThoughts(work),
  };
  return endedMessage(ended, t);
}

/** For a run that died between storing an end and showing it. Says whether people see a whole answer. */
export async function showAgain(work: Work): Promise<boolean> {
  const { context, answer, row } = work;
  const text = answer.sealed && (await work.read(row.author_id, answer.id, answer.sealed));
  work.row = asReadBefore(row, work.run);
  work.text = text ?? '';
  work.thoughts = (await openThoughts(work.read, row, answer)) ?? '';
  const { notices, said } = await openFootnotes(work.read, row, answer);
  work.notices = [...notices];
  work.model = (answer.model_id === null ? undefined : context.models.find(answer.model_id)) ?? work.model;
  const code = answer.error_code ?? 'model/failed';
  if (answer.state === 'failed') {
    await show(work, { state: 'failed', code, ...(said === undefined ? {} : { said }) });
    return false;
  }
  const state = answer.state === 'stopped' ? 'stopped' : 'done';
  return (await show(work, { state })) && state === 'done';
}
