import type { Timer } from '../../../kernel/clock.ts';
import { durationOf } from '../view/thoughts.ts';
import type { Work } from './work.ts';

/** Shorter thoughts are told by nobody: an answer that comes soon says more. */
const noticeableMs = 1000;

/** What a model thinks before it answers, and that it does, on the screen. */
export interface Thinking {
  /** A piece of its thoughts; empty where its provider keeps them to itself. */
  thinks(text: string): void;
  /** It has begun to answer, or has ended. What it has thought from then on changes nothing on the screen. */
  ends(): void;
}

export function followThinking(work: Work): Thinking {
  const { context, live, written, notices } = work;
  let sinceMs: number | undefined;
  let timer: Timer | undefined;
  let ended = false;
  const show = (): void => {
    const text = context.texts.in(undefined)('thoughts.thinking', { since: Math.floor((sinceMs ?? 0) / 1000) });
    live.update(written === '' ? text : `${written}\n\n${text}`, { placeholder: true });
  };
  return {
    thinks: (text) => {
      work.thoughts += text;
      if (ended || sinceMs !== undefined) return;
      sinceMs = context.clock.now();
      timer = context.clock.after(noticeableMs, show);
    },
    ends: () => {
      if (ended) return;
      ended = true;
      timer?.cancel();
      const thoughtMs = sinceMs === undefined ? 0 : context.clock.now() - sinceMs;
      if (thoughtMs >= noticeableMs)
        notices.push({ key: 'notices.thought', data: { duration: durationOf(thoughtMs) } });
    },
  };
}
