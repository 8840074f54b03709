import type { OutgoingMessage, Translate } from '../../../sdk/index.ts';
import type { Notice } from '../prompt.ts';
import { failedAnswer, failureKey, withNotices } from '../render.ts';
import { answerRow, failureRow } from './row.ts';
import type { VersionPlace } from './row.ts';

/** How an answer ended. `said` explains a failure in place of the text of its code. */
export type End = { state: 'done' | 'stopped' } | { state: 'failed'; code: string; said?: string };

export interface EndedAnswer {
  id: string;
  modelId: string;
  text: string;
  notices: readonly Notice[];
  end: End;
  /** Why the model ended, where it did. */
  finish: string | null;
  place: VersionPlace;
  buttons: 'all' | 'none';
}

/** Whether there is something to go on from. */
export function mayContinue(answer: { state: string; finish: string | null; hasText: boolean }): boolean {
  const cut = answer.state === 'stopped' || (answer.state === 'done' && answer.finish === 'length');
  return cut && answer.hasText;
}

/** An answer that has ended, as its messages show it. */
export function endedMessage(
  answer: EndedAnswer,
  t: Translate,
): Required<Pick<OutgoingMessage, 'content' | 'components'>> {
  const { id, text, end, finish, place } = answer;
  if (end.state === 'failed') {
    const reason = end.said ?? t(failureKey(end.code), { model: answer.modelId });
    return { content: failedAnswer(text, reason), components: failureRow({ id, place }, t) };
  }
  const content = withNotices(text, [...answer.notices, ...endNotices(answer)], t);
  if (answer.buttons === 'none') return { content, components: [] };
  const continues = mayContinue({ state: end.state, finish, hasText: text !== '' });
  return { content, components: answerRow({ id, mayContinue: continues, place }, t) };
}

function endNotices({ end, finish, text }: EndedAnswer): Notice[] {
  if (end.state === 'stopped') return [{ key: text === '' ? 'notices.stopped-empty' : 'notices.stopped', data: {} }];
  return finish === 'length' ? [{ key: 'notices.length', data: {} }] : [];
}
