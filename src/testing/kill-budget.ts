import { spentMicros, watchAnew } from './kill-money.ts';
import type { Bill } from './kill-money.ts';
import { askSeveral } from './kill-questions.ts';
import { settleUp, untilAnswered, untilKilled } from './kill-rounds.ts';
import type { KillStage } from './kill-stage.ts';
import { answerMicros } from './kill-stage.ts';

/** Not three calls at their worst, or the answers of twenty. */
export const ROOM_MICROS = 20 * answerMicros;

/**
 * Twice as many people as ever ask at once while the budget of the instance has little room, and the bot dies with two
 * calls open, which are lost: what is left pays for some of the answers. Resolves when everybody has a whole answer or a
 * refusal, and what was paid is looked at. Leaves the stage with that cap.
 */
export async function lastRound(stage: KillStage, name: string): Promise<Bill & { asked: number }> {
  const spent = await stage.look(async (postgres) => {
    await watchAnew(postgres);
    return spentMicros(postgres);
  });
  await stage.setCap(spent + ROOM_MICROS);
  let firstLife = true;
  // Until the bot dies no answer ends, so that every call stays open.
  stage.providers.answer(() => firstLife, { text: 'A word and no more.', hold: 1, times: Number.POSITIVE_INFINITY });
  const crash = { checkpoint: 'asked', time: 2 } as const;
  const dying = await stage.start(crash);
  const questions = (
    await Promise.all([1, 2].map((part) => askSeveral(stage, `${name}-${part}`, [20, 20, 20])))
  ).flat();
  await untilKilled(dying, crash);
  firstLife = false;
  const bot = await stage.start();
  await untilAnswered(stage, bot, questions, { refusable: true });
  const bill = await settleUp(stage, bot, questions, { crashes: 1, refusable: true });
  await bot.stop();
  return { ...bill, asked: questions.length };
}
