import { peakMicros, usedMicros, watchAnew } from './kill-money.ts';
import type { Bill } from './kill-money.ts';
import { askSeveral } from './kill-questions.ts';
import { settleUp, untilAnswered, untilKilled } from './kill-rounds.ts';
import type { KillStage } from './kill-stage.ts';
import { answerMicros } from './kill-stage.ts';

/** Less than three calls at their highest possible cost. */
const ROOM_MICROS = 20 * answerMicros;
/** After the crash: enough for some of the answers, one call after another, but not for all. */
export const ROOM_LEFT_MICROS = 5.4 * answerMicros;

/**
 * Twice as many people as usual ask at once with little room in the instance's budget, and the bot dies with two open
 * calls, which are lost. The rest pays for some of the answers. Resolves when each question has a complete answer or a
 * refusal, and the charges are checked. The stage keeps that cap, and a peak of the use since the crash.
 */
export async function lastRound(stage: KillStage, name: string): Promise<Bill & { asked: number }> {
  const before = await stage.look(async (postgres) => {
    await watchAnew(postgres);
    return usedMicros(postgres);
  });
  await stage.setCap(before + ROOM_MICROS);
  let firstLife = true;
  // No answer ends until the bot dies, so every call stays open.
  stage.providers.answer(() => firstLife, { text: 'A word and no more.', hold: 1, times: Number.POSITIVE_INFINITY });
  const crash = { checkpoint: 'asked', time: 2 } as const;
  const dying = await stage.start(crash);
  const questions = (
    await Promise.all([1, 2].map((part) => askSeveral(stage, `${name}-${part}`, [20, 20, 20])))
  ).flat();
  await untilKilled(dying, crash);
  firstLife = false;
  const [peak, used] = await stage.look(async (postgres) => [await peakMicros(postgres), await usedMicros(postgres)]);
  if (peak > stage.capMicros) throw new Error(`The instance had spent and held ${peak} of ${stage.capMicros}.`);
  await stage.setCap(used + ROOM_LEFT_MICROS);
  await stage.look(watchAnew);
  const bot = await stage.start();
  await untilAnswered(stage, bot, questions, { refusable: true });
  const bill = await settleUp(stage, bot, questions, { crashes: 1, refusable: true });
  await bot.kill();
  return { ...bill, asked: questions.length };
}
