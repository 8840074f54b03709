import type { OutgoingFile, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import type { Notice } from '../notice.ts';
import type { AnswerRow } from '../turns/store.ts';
import { below, failureKey } from './text.ts';
import { layOut } from './long-answers.ts';
import { answerRow, failureRow } from './buttons.ts';
import type { VersionPlace } from './buttons.ts';

/** How an answer ended. `said` explains a failure in place of the text of its code. */
export type End = { state: 'done' | 'stopped' } | { state: 'failed'; code: string; said?: string };

export interface EndedAnswer {
  id: string;
  modelId: string;
  text: string;
  notices: readonly Notice[];
  /** What came with it, beside the file of a long answer. */
  files: readonly OutgoingFile[];
  end: End;
  /** Why the model ended, where it did; or why its member no longer waits for it: `superseded` or `cancelled`. */
  finish: string | null;
  place: VersionPlace;
  buttons: 'all' | 'none';
  /** How many messages it may fill, as `maxMessagesOf` says. */
  maxMessages: number | undefined;
  /** The line above it, as `lineAbove` says. */
  above: string;
  /** What the model thought is kept, and may be shown. */
  hasThoughts: boolean;
}

export type RenderedAnswer = Required<Pick<OutgoingMessage, 'content' | 'components'>> & Pick<OutgoingMessage, 'files'>;

/** How a stored answer ended; `said` is what its footnotes keep. */
export function endOf({ state, error_code: code }: Pick<AnswerRow, 'state' | 'error_code'>, said?: string): End {
  if (state !== 'failed') return { state: state === 'stopped' ? 'stopped' : 'done' };
  return { state, code: code ?? 'model/failed', ...(said === undefined ? {} : { said }) };
}

/** Whether there is something to go on from. */
export function mayContinue(answer: { state: string; finish: string | null; hasText: boolean }): boolean {
  const cut = answer.state === 'stopped' || (answer.state === 'done' && answer.finish === 'length');
  return cut && answer.hasText;
}

/** An answer that has ended, as its messages show it. What was written before a failure stays, with the reason below. */
export function renderAnswer(answer: EndedAnswer, t: Translate): RenderedAnswer {
  const { id, text, end, finish, place, hasThoughts } = answer;
  if (end.state === 'failed') {
    const reason = end.said ?? t(failureKey(end.code), { model: answer.modelId });
    const shown = text === '' ? { content: `⚠️ ${reason}` } : layOut(text, `\n\n-# ⚠️ ${reason}`, answer, t);
    return { ...withFiles(shown, answer), components: failureRow({ id, place, hasThoughts }, t) };
  }
  const laidOut = layOut(text, below([...answer.notices, ...endNotices(answer)], t), answer, t);
  const shown = withFiles(laidOut, answer);
  if (answer.buttons === 'none') return { ...shown, components: [] };
  const continues = mayContinue({ state: end.state, finish, hasText: text !== '' });
  return { ...shown, components: answerRow({ id, mayContinue: continues, place }, t) };
}

/** The file of a long answer comes first. */
function withFiles<Shown extends Pick<OutgoingMessage, 'files'>>(shown: Shown, { files }: EndedAnswer): Shown {
  return files.length === 0 ? shown : { ...shown, files: [...(shown.files ?? []), ...files] };
}

function endNotices({ end, finish, text }: EndedAnswer): Notice[] {
  if (end.state === 'stopped') {
    const why = finish === 'superseded' || finish === 'cancelled' ? finish : 'stopped';
    return [{ key: text === '' ? `notices.${why}-empty` : `notices.${why}`, data: {} }];
  }
  return finish === 'length' ? [{ key: 'notices.length', data: {} }] : [];
}
