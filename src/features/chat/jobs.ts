import { z } from 'zod';
import { defineJob } from '../../sdk/index.ts';
import type { FeatureParts } from '../../sdk/index.ts';
import { runAnswer, tellOfLoss } from './answer/run.ts';
import { loseStep, runStep, stepPayload } from './answer/steps.ts';
import type { ChatContext } from './chat.ts';
import { offer } from './history/edits.ts';
import { tidyNow } from './history/ending.ts';
import { findMissed } from './history/missed.ts';

const answerPayload = z.strictObject({ answerId: z.uuid(), tries: z.int() });
const leftovers = z.strictObject({
  channelId: z.string(),
  deleted: z.array(z.string()),
  bared: z.array(z.string()),
});
const missedPlace = z.strictObject({ channelId: z.string(), guildId: z.string().nullable(), sinceMs: z.number() });

/** The jobs of chat with what each carries. */
export const chatJobs = (context: ChatContext): NonNullable<FeatureParts['jobs']> => ({
  answer: defineJob({
    payload: answerPayload,
    run: (answer, run) => runAnswer(context, run, answer),
    afterLoss: (answer, run) => tellOfLoss(context, run, answer),
  }),
  step: defineJob({
    payload: stepPayload,
    run: (step, run) => runStep(context, run, step),
    afterLoss: (step) => loseStep(context, step),
  }),
  missed: defineJob({ payload: missedPlace, run: (place) => findMissed(context, place) }),
  tidy: defineJob({ payload: leftovers, run: (left) => tidyNow(context, left) }),
  offer: defineJob({ payload: answerPayload, run: (answer) => offer(context, answer) }),
});
