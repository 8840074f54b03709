import { VendorError } from '../../../kernel/errors.ts';
import { requestOf } from '../chat.ts';
import { setFootnotes } from '../turns/store.ts';
import { keepsThoughts } from '../view/thoughts.ts';
import { sealFootnotes } from '../view/footnotes.ts';
import { isLost } from './work.ts';
import type { Work } from './work.ts';

/**
 * Ends what is held for a run that is over. The payer pays once any of its text was on the screen, also when its messages,
 * its channel or the bot's rights have gone since: else a deletion would be a way around every cap. What stays on the
 * screen is given, too, text as well as thoughts that are offered.
 */
export async function settleRun(work: Work, given = hasSomething(work)): Promise<void> {
  if (given && (await isOrWasSeen(work))) await charge(work);
  else await giveBack(work, 'waive');
}

/** Ends what is reserved for a run that gave its payer nothing, with what was charged for steps before. */
export async function giveBack(work: Work, how: 'fail' | 'waive'): Promise<void> {
  await work.generation?.[how]();
  if (work.hasChargedSteps && !wasSeen(work)) await work.context.spending.writeOff(requestOf(work.answer));
}

/** A model that thinks in secret has given its time, and is charged for it when it is stopped. */
const hasSomething = (work: Work): boolean => work.text !== work.written || hasThoughts(work) || work.thoughtInSecret;

/** Whether this run brought thoughts that its answer offers. */
export const hasThoughts = (work: Work): boolean => keepsThoughts(work) && work.thoughts !== work.thoughtsBefore;

/** An answer that is not out of reach is about to be shown. */
async function isOrWasSeen(work: Work): Promise<boolean> {
  if (!work.removed && !(await isLost(work))) return true;
  // A write that is under way may be the first.
  await work.live.abandon();
  return wasSeen(work);
}

/** Whether people saw any of the text of this run, or of the run that died after it had stored the answer. */
export const wasSeen = ({ live, answer, row }: Work): boolean =>
  live.seen || (answer.state !== 'waiting' && row.parts.length > 0);

async function charge(work: Work): Promise<void> {
  const { context, answer } = work;
  const notices = (await work.generation?.settle()) ?? [];
  if (notices.length === 0) return;
  const t = context.commonTexts.in(undefined);
  work.notices.push(...notices.map(({ key, data }) => ({ key: 'notices.said', data: { text: t(key, data) } })));
  try {
    await setFootnotes(context.db, answer.id, await sealFootnotes(context, work, work));
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    // They are about to be shown, and are wanted again only by who pages back.
    context.logger.warn({ error }, 'What stands below an answer could not be kept.');
  }
}
