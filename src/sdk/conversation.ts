import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import type { z } from 'zod';
import type { JsonObject } from '../kernel/json.ts';
import type { Access } from '../services/access/index.ts';
import type { PaidRequest } from '../services/generation/index.ts';
import type { Amounts } from '../services/ledger/index.ts';
import type { Speaker as Voice } from '../platform/discord/index.ts';
import type { ModelInfo } from '../platform/models/index.ts';
import type { AttachedFile } from './attachment.ts';
import type { Call, SuggestCall } from './command.ts';

/** From nearest to farthest: of two values for the same thing, the nearer one applies. */
export const precedence = ['request', 'conversation', 'channel', 'user', 'persona', 'guild', 'instance'] as const;
export type Precedence = (typeof precedence)[number];

export type TurnFile = AttachedFile;

/** A question of a conversation and the answer to it. */
export interface Turn {
  readonly id: string;
  /** `guildId` is null in a DM. */
  readonly place: { guildId: string | null; channelId: string };
  readonly asker: { userId: string; name: string };
  /** Unix ms. */
  readonly askedAtMs: number;
  /** The message that asked, or that shows the question; null before there is one. */
  readonly messageId: string | null;
  readonly text: string;
  readonly attachments: readonly TurnFile[];
  /** True when the thread that it is in was opened for it. */
  readonly openedThread: boolean;
  /** What the feature that created the turn, or that is named in `/ask`, gave along for itself; encrypted with the turn. */
  readonly extra: JsonObject | undefined;
}

/** A turn whose answer is about to be written. */
export interface PendingTurn extends Turn {
  readonly model: ModelInfo;
  /** Who answers, when it is not the bot itself. */
  readonly speaker: Speaker | undefined;
}

export interface PromptPiece {
  /** For the model. */
  content: string;
  /** What `/context` calls it; the source's name unless given. In the instance's language. */
  label?: string;
  /** Whose words it holds. Deleting their data also removes what was derived from this answer. */
  authorIds?: readonly string[];
  /** `asker`: left out where others than the asker would read the answer. */
  audience?: 'everyone' | 'asker';
  /** Small print below the answer, in the instance's language. */
  notices?: readonly string[];
  /**
   * Of a system piece: it takes the place of the default system prompt. Where several do, the one from the nearest scope
   * applies. Other system pieces follow it.
   */
  replacesDefault?: Precedence;
  /** Of a memory piece: exchanges asked until then (Unix ms) are part of it and are not sent again. */
  coversUntilMs?: number;
}

/**
 * Adds to what the model reads for every answer.
 *
 * - `system` pieces come first, `memory` pieces after them as messages of their own, `history` pieces before the question,
 *   and `turn` pieces with the question.
 * - `keep` decides what stays when not all of it fits the model's window: `always`, or a number; lower numbers go first.
 *   History has 50, ambient messages have 10.
 * - A source that fails is left out, and logged. One that throws a UserError ends the answer with it.
 */
export interface PromptSource {
  /** In kebab-case, unique within the feature. */
  name: string;
  place: 'system' | 'memory' | 'history' | 'turn';
  keep: 'always' | number;
  collect(turn: PendingTurn, signal: AbortSignal): Promise<readonly PromptPiece[]>;
}

/**
 * A file that comes with an answer. An image of `generate.draw` and the sound of `generate.speak` are such files as they are.
 *
 * What it is comes from its bytes; `mediaType` counts only for what bytes cannot show, such as SVG and other texts. It is
 * shown under a safe form of its name, with the ending of what it is. People read below the answer why one is left out: an
 * answer has at most ten from its tools and `before-store` steps and ten more from `after-shown` steps, each within what
 * Discord takes there, and 20 MB in all.
 */
export interface AnswerFile {
  /** Made of what it is unless given. */
  name?: string;
  bytes: Uint8Array;
  mediaType?: string;
  /** For people who cannot see it (alt text); at most 1024 characters are shown. The model reads it, too. */
  description?: string;
  /** Hidden until somebody clicks it. */
  spoiler?: boolean;
}

export interface ToolRun {
  turn: PendingTurn;
  signal: AbortSignal;
  /**
   * The files of what the turn replies to, one message replying to the other, oldest first: those of people and of the bot's
   * own answers. Of a turn that replies to nothing, those of the bot's answer right before it. `discord.actions.attachment` reads them. Those of people who don't want to be read are left out.
   */
  repliedFiles(): Promise<readonly TurnFile[]>;
  /** For `context.generate`: what it reserves for a call with these is on the account of whoever pays for the answer. */
  readonly pays: Pick<PaidRequest, 'request' | 'step' | 'attempt'>;
  /**
   * Pays for something on the account of whoever pays for the answer: reserves `worstCase`, runs the work and charges what
   * it reports as used. Throws a UserError when that cannot be paid.
   */
  charge<T>(worstCase: Amounts, work: () => Promise<{ result: T; used: Amounts }>): Promise<T>;
}

export interface ToolResult {
  /** For the model; at most 100,000 characters of it are sent. */
  content: string;
  /**
   * Shown with the answer, in all that becomes of it, and stored with the result. The model reads their names in this and in
   * later answers, and sees pictures where it can.
   */
  files?: readonly AnswerFile[];
  /** One line below the answer, in the instance's language: what was done, for people. */
  receipt?: string;
}

/**
 * What a model may call while it answers.
 *
 * A call is checked against `input` and `access`, asks the asker first where `confirm` says so, and runs at most once,
 * also when the process dies meanwhile: the model then reads that its outcome is unknown. A UserError of `run` is what the
 * model reads; any other error is logged, and the model reads that the tool failed. A call that is stopped leaves no file.
 */
export interface ToolDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** Lower case letters, digits and underscores, at most 64; unique over all features. People read `tools.<name>.title`. */
  name: string;
  /** For the model. */
  description: string;
  input: Schema;
  access: Access;
  /** Whether it can be used in a place; everywhere unless given. Asked before every answer, so it must not wait. */
  offered?(place: { guildId: string | null; channelId: string }): boolean;
  /** The question for the asker before it runs, in the instance's language; undefined: no question. */
  confirm?(input: z.output<Schema>): string | undefined;
  run(input: z.output<Schema>, run: ToolRun): Promise<ToolResult>;
}

/** A tool with its input type erased, as the registry holds it. */
export type Tool = Omit<ToolDefinition, 'confirm' | 'run'> & {
  confirm?(input: unknown): string | undefined;
  run(input: unknown, run: ToolRun): Promise<ToolResult>;
};

/** Declares a tool; its input is checked against the schema before `confirm` and `run` see it. */
export function defineTool<Schema extends z.ZodObject>(definition: ToolDefinition<Schema>): Tool {
  const { confirm, run, ...rest } = definition;
  const checked = (input: unknown) => definition.input.parse(input);
  return {
    ...rest,
    ...(confirm && { confirm: (input: unknown) => confirm(checked(input)) }),
    run: async (input, toolRun) => run(checked(input), toolRun),
  };
}

/** Who answers in place of the bot: its messages come through a webhook of the channel, under this name and avatar. */
export interface Speaker extends Voice {
  /** A model's id, in place of the one that the settings choose. */
  model?: string;
  /** In place of the default system prompt, as from the scope `persona`. */
  prompt?: string;
}

/** A turn for which it is decided who answers. */
export interface TurnToSpeak extends Turn {
  /** The turn to whose answer its message replies, where that is known; `speaker` is undefined when the bot answered. */
  readonly repliesTo?: { turnId: string; speaker: Speaker | undefined };
}

/**
 * Decides who answers a turn. The first feature, in order of name, that returns a speaker decides; where none does, a reply
 * to a speaker's answer is answered by that speaker. The decision is kept with the turn. Sources are asked again for other
 * versions and other tries, where only what they say of the same name counts.
 */
export type SpeakerSource = (turn: TurnToSpeak) => Promise<Speaker | undefined> | Speaker | undefined;

/** An answer that a model has written. */
export interface WrittenAnswer {
  readonly turn: PendingTurn;
  /** The model's text, whole. */
  readonly text: string;
  readonly modelId: string;
}

/** What a conversation takes of a model's window, with the turn that was answered last. */
export interface HistoryFill {
  /** Turns that no memory piece covers, and their tokens. */
  exchanges: number;
  tokens: number;
  /** What the window has for everything but the answer, in tokens. */
  roomTokens: number;
  /** How many earlier turns are sent, and how many are kept, at most. */
  mostSent: number;
  mostKept: number;
}

/** An answer that people see. */
export interface ShownAnswer {
  readonly id: string;
  readonly turn: Turn;
  readonly text: string;
  /** Null when the model is not known any more. */
  readonly modelId: string | null;
  /** Whoever asked for this version. */
  readonly payerId: string;
  /** False for another version or another try. */
  readonly isFirst: boolean;
  /** What the conversation took of the model's window. Undefined after a crash. */
  readonly history: HistoryFill | undefined;
  /** Names what is paid for; a call that follows it goes by its admission (`ModelCall.follows`). */
  readonly request: string;
}

export interface StepRun {
  /** From 1. */
  attempt: number;
  signal: AbortSignal;
  /** The name under which this step pays: see `GenerationRequest.request`. */
  request: string;
}

/** What a `before-store` step makes of an answer. */
export interface ChangedAnswer {
  /** In place of the answer's text, unless it is empty. */
  text?: string;
  files?: readonly AnswerFile[];
  /** Small print below the answer, in the instance's language. */
  notices?: readonly string[];
}

/** What an `after-shown` step adds to an answer. */
export interface AddedFiles {
  files?: readonly AnswerFile[];
}

/**
 * Acts on every answer.
 *
 * - `before-store` changes the text before it is stored, charged and shown for good, and adds files. A step that fails is
 *   left out, and logged.
 * - `after-shown` runs as a job of its own once the answer is on the screen, at most `maxAttempts` times. `applies` decides
 *   without waiting whether there is anything to do, so that most answers add no job. The files that it resolves to are added
 *   to the answer's messages; once they are stored, it does not run again.
 */
export type AnswerStep =
  | {
      /** In kebab-case, unique over all features. */
      name: string;
      at: 'before-store';
      run(answer: WrittenAnswer, signal: AbortSignal): Promise<ChangedAnswer>;
    }
  | {
      name: string;
      at: 'after-shown';
      applies(answer: ShownAnswer): boolean;
      /** 1 unless given. */
      maxAttempts?: number;
      run(answer: ShownAnswer, run: StepRun): Promise<void | AddedFiles>;
    };

/** An option of `/ask`, for what a feature keeps with a turn. */
export interface AskOption {
  /** Lower case, unique over all features. */
  name: string;
  /** What Discord shows beside it, in the instance's language. */
  description: string;
  maxLength: number;
  suggest(call: SuggestCall): Promise<{ name: string; value: string }[]>;
  /** What `Turn.extra` of the feature's parts holds for this value. Throws a UserError for one that cannot be used. */
  read(call: Call, value: string): Promise<JsonObject>;
}

/** Adds to `/settings`, for what holds for one conversation. */
export interface TurnSetting {
  /** In kebab-case, unique within the feature. */
  name: string;
  /** What applies to the caller here and where it comes from, a line each. */
  describe(call: Call): Promise<string>;
  /**
   * Menus and buttons for callers who may change the conversation: at most two rows, handled by components of the feature,
   * which show the panel again with `ChatApi.settingsPanel`.
   */
  rows(call: Call): Promise<APIMessageTopLevelComponent[]>;
}

/** How features take part in conversations: each part says what it promises. */
export interface ConversationParts {
  promptSources?: readonly PromptSource[];
  tools?: readonly Tool[];
  speakers?: readonly SpeakerSource[];
  answerSteps?: readonly AnswerStep[];
  turnSettings?: readonly TurnSetting[];
  askOptions?: readonly AskOption[];
}
