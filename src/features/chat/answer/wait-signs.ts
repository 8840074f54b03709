import type { Timer } from '../../../kernel/clock.ts';
import { awaitText } from '../view/reactions.ts';
import type { AnswerTask } from './task.ts';

/** After this long, members wonder why it is not their turn yet. */
const turnAfterMs = 3000;

/** What tells that an answer is on its way: the typing indicator, the mark on the question and, after a wait, "It's your turn". */
export interface WaitSigns {
  /**
   * The notice of the wait stays until the first word, unless that takes its time: a channel takes few writes, and the notice's
   * Cancel stops the answer as Stop would.
   */
  sayTurnLater(): void;
  /** The model thinks, which is said from now on. */
  thinks(): void;
  /** There is text, or the run is over: all signs end. */
  end(): void;
}

export function startWaitSigns({ context, row, answer, settings, screen, before }: AnswerTask): WaitSigns {
  const endTyping = context.discord.actions.typing(row.channel_id);
  const endMark = awaitText(context, row, answer, settings);
  let turn: Timer | undefined;
  return {
    sayTurnLater: () => {
      turn = context.clock.after(turnAfterMs, () => {
        if (before.thoughts !== '') return;
        screen.live.update(context.texts.in(undefined)('waiting.turn'), { placeholder: true });
      });
    },
    thinks: () => turn?.cancel(),
    end: () => {
      turn?.cancel();
      endTyping();
      endMark();
    },
  };
}
