import type { OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { priceQuestion } from '../drafts.ts';
import { freeQuestion } from '../guard/free-lane.ts';
import type { Submitted } from '../submission.ts';

/** What the member who pressed or called is told at once. */
export function receiptOf(submitted: Submitted, t: Translate): OutgoingMessage {
  if (submitted.status === 'dear') return priceQuestion(submitted, t);
  if (submitted.status === 'free') return freeQuestion(submitted, t);
  if (submitted.status === 'before') return { content: t('begun-before') };
  const { ahead, isPrivate } = submitted;
  const line = ahead > 0 ? t('begun.waiting', { count: ahead }) : t('begun.now');
  return { content: `${line} ${t(isPrivate ? 'begun.private' : 'begun.here')}` };
}
