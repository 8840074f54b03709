import { z } from 'zod';
import type { FeatureContext } from '../../sdk/index.ts';
import { normalName, promptCharacters, promptName, resetWord } from './rules.ts';

/** A prompt that people can choose by name. */
const namedPrompt = z.strictObject({
  text: z
    .string()
    .max(promptCharacters)
    .refine((text) => text.trim() !== '', { error: 'text that is not empty' }),
  /** One line for lists. */
  summary: z.string().max(100).default(''),
  /** The instance roles that may choose it; everyone by default. */
  roles: z.array(z.string().min(1)).optional(),
});

export const promptSettings = z.strictObject({
  /** By name. */
  library: z
    .record(
      z
        .string()
        .regex(promptName, { error: 'up to 32 letters and digits, with spaces, dashes and underscores inside' }),
      namedPrompt,
    )
    .superRefine((prompts, context) => {
      const names = Object.keys(prompts);
      for (const [index, name] of names.entries()) {
        const isTaken = names.slice(0, index).some((other) => normalName(other) === normalName(name));
        const message = isTaken ? 'a name that no other prompt has, in whatever case' : 'a name other than "reset"';
        if (isTaken || normalName(name) === resetWord) context.addIssue({ code: 'custom', path: [name], message });
      }
    })
    .default({}),
});

export type PromptContext = FeatureContext<z.output<typeof promptSettings>>;
