import { VendorError } from '../../../kernel/errors.ts';
import { requestOf } from '../chat.ts';
import type { Notice } from '../notice.ts';
import { setFootnotes } from '../turns/store.ts';
import { encryptFootnotes } from '../view/footnotes.ts';
import { hasNewText, hasNewThoughts, withNotices } from './draft.ts';
import type { Draft } from './draft.ts';
import { isLost } from './task.ts';
import type { AnswerTask } from './task.ts';

interface Stored {
  /** False when the answer was removed. */
  isKept: boolean;
  /** Whether the payer gets anything for the money; a model that thinks in secret has given its time, also when it is stopped. */
  isWorthPaying?: boolean;
}

/**
 * Ends what is reserved for a run that is over, and returns the draft with what the payer should know of it. The payer pays
 * once any of the run's text was on the screen, also when its messages, its channel or the bot's rights have gone since: else
 * a deletion would be a way around every cap. What stays on the screen counts, too: text as well as thoughts that are offered.
 */
export async function settleRun(
  task: AnswerTask,
  draft: Draft,
  { isKept, isWorthPaying = isWorth(task, draft) }: Stored,
): Promise<Draft> {
  if (isWorthPaying && (await isOrWasSeen(task, isKept))) return withNotices(draft, ...(await charge(task, draft)));
  await giveBack(task, draft, 'waive');
  return draft;
}

const isWorth = (task: AnswerTask, draft: Draft): boolean =>
  hasNewText(task, draft) || draft.files.length > 0 || hasNewThoughts(task, draft) || draft.thinksInSecret;

/** Ends what is reserved for a run that gave its payer nothing, with what was charged for steps before. */
export async function giveBack(task: AnswerTask, draft: Draft, how: 'fail' | 'waive'): Promise<void> {
  await draft.generation?.[how]();
  if (draft.hasChargedSteps && !wasSeen(task)) await task.context.spending.writeOff(requestOf(task.answer));
}

/** An answer that is not out of reach is about to be shown. */
async function isOrWasSeen(task: AnswerTask, isKept: boolean): Promise<boolean> {
  if (isKept && !(await isLost(task, isKept))) return true;
  // A write that is under way may be the first.
  await task.screen.live.abandon();
  return wasSeen(task);
}

/** Whether people saw any of the text of this run, or of the run that died after it had stored the answer. */
export const wasSeen = ({ screen, answer, row }: AnswerTask): boolean =>
  screen.live.seen || (answer.state !== 'waiting' && row.parts.length > 0);

async function charge(task: AnswerTask, draft: Draft): Promise<Notice[]> {
  const { context, answer } = task;
  const charged = (await draft.generation?.settle()) ?? [];
  if (charged.length === 0) return [];
  const t = context.commonTexts.in(undefined);
  const notices = charged.map(({ key, data }) => ({ key: 'notices.said', data: { text: t(key, data) } }));
  try {
    const footnotes = { notices: [...draft.notices, ...notices] };
    await setFootnotes(context.db, answer.id, await encryptFootnotes(context, task, footnotes));
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    // They are about to be shown, and are needed again only by members who page back.
    context.logger.warn({ error }, 'The notices below an answer could not be kept.');
  }
  return notices;
}
