/**
 * Names the thread of an `/ask` after its first answer.
 *
 * Invariants: a thread is named once, after its answer is on the screen; where the title is refused or fails, the thread
 * keeps its provisional name at no cost.
 */
import { z } from 'zod';
import { defineFeature } from '../../sdk/index.ts';
import { nameThread, needsTitle } from './title.ts';

export const feature = defineFeature({
  name: 'titles',
  summary: 'Names the threads that questions open.',
  intents: [],
  settings: z.strictObject({
    enabled: z.boolean().default(true).meta({ changedBy: 'server' }),
  }),
  setup: (context) => ({
    answerSteps: [
      {
        name: 'title',
        at: 'after-shown',
        applies: (answer) => context.settings.peek(answer.turn.place).enabled && needsTitle(answer),
        run: (answer, run) => nameThread(context, answer, run),
      },
    ],
  }),
});
