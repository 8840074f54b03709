import { z } from 'zod';
import { defineJob } from '../../sdk/index.ts';
import type { FeatureParts } from '../../sdk/index.ts';
import type { Screens } from './actions/versions.ts';
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
  stripped: z.array(z.string()).default([]),
  /** As `stripped`, of jobs that an earlier version added. */
  bared: z.array(z.string()).default([]),
  unmarked: z.array(z.strictObject({ messageId: z.string(), emojis: z.array(z.string()) })).default([]),
});
const missedPlace = z.strictObject({ channelId: z.string(), guildId: z.string().nullable(), sinceMs: z.number() });

/** The jobs of chat with what each carries. */
export const chatJobs = (context: ChatContext, screens: Screens): NonNullable<FeatureParts['jobs']> => ({
  answer: defineJob({
    payload: answerPayload,
    run: (answer, run) => runAnswer(context, run, answer),
    afterLoss: (answer, run) => tellOfLoss(context, run, answer),
  }),
  step: defineJob({
    payload: stepPayload,
    run: (step, run) => runStep(context, screens, run, step),
    afterLoss: (step) => loseStep(context, screens, step),
  }),
  missed: defineJob({ payload: missedPlace, run: (place) => findMissed(context, place) }),
  tidy: defineJob({
    payload: leftovers,
    run: ({ bared, stripped, ...left }) =>
      tidyNow(context.discord.actions, { ...left, stripped: [...stripped, ...bared] }),
  }),
  offer: defineJob({ payload: answerPayload, run: (answer) => offer(context, answer) }),
});
