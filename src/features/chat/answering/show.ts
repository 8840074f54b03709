import { VendorError } from '../../../kernel/errors.ts';
import type { LivePart } from '../../../sdk/index.ts';
import { requestOf } from '../chat.ts';
import { endedMessage } from '../controls/screen.ts';
import type { End } from '../controls/screen.ts';
import { versionPlace } from '../controls/store.ts';
import { answerVanished } from '../history/deletions.ts';
import { offerIfEdited } from '../history/edits.ts';
import { tidyNow } from '../history/ending.ts';
import { showParts, trimConversation } from '../store.ts';
import { end } from './end.ts';
import { openFootnotes } from './footnotes.ts';
import { isLost, isStopped } from './work.ts';
import type { Live, Work } from './work.ts';

/** Shows how the answer ended. What Discord refuses for good stays stored, and the job has nothing left to do. */
export async function show(work: Work, shown: End): Promise<void> {
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

async function endOnScreen(work: Work, shown: End): Promise<Parameters<Live['finish']>[0]> {
  const { context, answer, text, notices, model, finish, settings } = work;
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
  };
  return endedMessage(ended, context.texts.in(undefined));
}

/** For a run that died between storing an end and showing it. */
export async function showAgain(work: Work): Promise<void> {
  const { context, answer, row } = work;
  const text = answer.sealed && (await work.read(row.author_id, answer.id, answer.sealed));
  work.text = text ?? '';
  const { notices, said } = await openFootnotes(work.read, row, answer);
  work.notices = [...notices];
  work.model = (answer.model_id === null ? undefined : context.models.find(answer.model_id)) ?? work.model;
  const code = answer.error_code ?? 'model/failed';
  if (answer.state === 'failed') await show(work, { state: 'failed', code, ...(said === undefined ? {} : { said }) });
  else await show(work, { state: answer.state === 'stopped' ? 'stopped' : 'done' });
}
