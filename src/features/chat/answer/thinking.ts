import type { Timer } from '../../../kernel/clock.ts';
import type { Notice } from '../notice.ts';
import { durationOf } from '../view/thoughts.ts';
import type { AnswerTask } from './task.ts';

/** Shorter thoughts are not mentioned: an answer that comes soon says more. */
const noticeableMs = 1000;

/** Shows that a model thinks before it answers. */
export interface Thinking {
  /** It has thought something. */
  thinks(): void;
  /**
   * It has begun to answer, or has ended; what it thinks from then on changes nothing on the screen. Returns a notice of how
   * long it thought, the first time.
   */
  ends(): Notice[];
}

export function followThinking({
  context,
  screen,
  before,
}: Pick<AnswerTask, 'context' | 'screen' | 'before'>): Thinking {
  let sinceMs: number | undefined;
  let timer: Timer | undefined;
  let ended = false;
  const show = (): void => {
    const text = context.texts.in(undefined)('thoughts.thinking', { since: Math.floor((sinceMs ?? 0) / 1000) });
    screen.live.update(before.text === '' ? text : `${before.text}\n\n${text}`, { placeholder: true });
  };
  return {
    thinks: () => {
      if (ended || sinceMs !== undefined) return;
      sinceMs = context.clock.now();
      timer = context.clock.after(noticeableMs, show);
    },
    ends: () => {
      if (ended) return [];
      ended = true;
      timer?.cancel();
      const thoughtMs = sinceMs === undefined ? 0 : context.clock.now() - sinceMs;
      return thoughtMs < noticeableMs ? [] : [{ key: 'notices.thought', data: { duration: durationOf(thoughtMs) } }];
    },
  };
}
