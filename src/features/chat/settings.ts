import { z } from 'zod';
import { emoji } from '../../sdk/index.ts';
import { promptCharacters } from './prompt/variables.ts';

/** A year. */
export const mostRestHours = 8760;
export const mostKept = 1000;

export const chatSettings = z.strictObject({
  /** A model's id; empty is the instance's default. */
  model: z.string().default('').meta({ kind: 'model', changedBy: 'server' }),
  /** Channels, by id or name, in which every message is answered. */
  answerEverythingIn: z
    .array(z.string().meta({ kind: 'channel' }))
    .default([])
    .meta({ changedBy: 'server' }),
  /** Set per channel by command; wins over the list. */
  answerEverything: z.boolean().nullable().default(null),
  /** Questions with their answers that a conversation keeps. */
  historyKept: z.int().min(0).max(mostKept).default(50).meta({ changedBy: 'server' }),
  /** Hours without a question after which a conversation is forgotten; null: never. Servers may only set less. */
  restHours: z
    .int()
    .min(1)
    .max(mostRestHours)
    .nullable()
    .default(null)
    .meta({ kind: 'duration', unit: 'hours', changedBy: 'server', tightenOnly: true }),
  /** The latest of them that the model gets. */
  historySent: z.int().min(0).max(100).default(8).meta({ changedBy: 'server' }),
  /** Messages of a channel that are not for the bot, of which it knows what people talk about; 0 is deaf to them. */
  heardKept: z.int().min(0).max(100).default(30).meta({ changedBy: 'server' }),
  /** Whether an answer is deleted when its question is; unset: when it was not finished. */
  deleteAnswersWithQuestion: z.boolean().nullable().default(null).meta({ changedBy: 'server' }),
  /** The longest answer, in tokens. */
  maxAnswerTokens: z.int().min(16).max(100_000).default(4096).meta({ changedBy: 'server', tightenOnly: true }),
  /** How freely a model chooses its words; `off` leaves that to the model. */
  creativity: z.enum(['off', 'low', 'medium', 'high']).default('off').meta({ changedBy: 'server' }),
  /**
   * Whether the message of a question is marked with how far its answer is: when there is no text within 1.5 s (`slow`),
   * `always`, or `off`.
   */
  statusReactions: z.enum(['off', 'slow', 'always']).default('slow').meta({ changedBy: 'server' }),
  /** The mark of a question that waits for text. */
  waitingEmoji: emoji.default('👀').meta({ kind: 'emoji', changedBy: 'server' }),
  /** What it becomes when the answer is done. */
  doneEmoji: emoji.default('✅').meta({ kind: 'emoji', changedBy: 'server' }),
  /** The mark of a question whose answer failed. */
  failedEmoji: emoji.default('❌').meta({ kind: 'emoji', changedBy: 'server' }),
  /** Whether the thoughts of models that think before they answer are kept, and shown by a button. */
  showReasoning: z.enum(['button', 'off']).default('button').meta({ changedBy: 'server' }),
  /** Whether an answer of more than `fileAbove` messages is shown in so many, and given whole as a file below the last. */
  longAnswers: z.enum(['messages', 'file']).default('messages').meta({ changedBy: 'server' }),
  fileAbove: z.int().min(1).max(20).default(4).meta({ changedBy: 'server' }),
  /** The buttons under answers that are done. */
  answerButtons: z.enum(['all', 'none']).default('all').meta({ changedBy: 'server' }),
  /**
   * Of what is answered one after the other: a whole conversation (a channel, a thread, a direct message), each person's
   * part in it, or, with `question`, nothing: then all questions are answered at once.
   */
  oneAnswerPer: z.enum(['conversation', 'person', 'question']).default('conversation').meta({ changedBy: 'server' }),
  /**
   * What becomes of what a person asks while an earlier question of theirs waits or is answered: an answer of its own, one
   * after the other (`queue`); one answer together with those that wait (`merge`); or only the latest is answered (`latest`).
   */
  laterQuestions: z.enum(['queue', 'merge', 'latest']).default('queue').meta({ changedBy: 'server' }),
  /** The system prompt where nothing else is chosen. */
  systemPrompt: z
    .string()
    .max(promptCharacters)
    .default(
      'You are {{name}}, a friendly and helpful member of a Discord community. Answer in the language of the question. ' +
        "Use Discord's Markdown. Be brief unless asked for more. In a channel each message begins with the name of its " +
        'author; never begin yours with a name.',
    ),
});

export type ChatSettings = z.output<typeof chatSettings>;
