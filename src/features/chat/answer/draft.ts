import type { Generation, HistoryFill, ModelInfo } from '../../../sdk/index.ts';
import type { Notice } from '../notice.ts';
import type { MadeFile } from '../view/answer-files.ts';
import { keepsThoughts } from '../view/thoughts.ts';
import type { AnswerTask } from './task.ts';

/** An answer as far as it has come. Each phase returns a new one. */
export interface Draft {
  /** The model that writes it. */
  readonly model: ModelInfo;
  /** All of it, with what it goes on from. */
  readonly text: string;
  /** What the model let see of its thoughts, with those of what it goes on from. */
  readonly thoughts: string;
  /** The model has begun to think and keeps its thoughts to itself. */
  readonly thinksInSecret: boolean;
  readonly notices: readonly Notice[];
  /** What tools and steps of this run have made for it. */
  readonly files: readonly MadeFile[];
  /** Other people than the asker whose words the model read. */
  readonly contextAuthorIds: readonly string[];
  /** What its conversation takes of the window; undefined before its prompt is built. */
  readonly history: HistoryFill | undefined;
  /** Why the model ended. */
  readonly finish: string | null;
  /** Steps before tools are charged already. */
  readonly hasChargedSteps: boolean;
  /** The model's call, once its cost is reserved. */
  readonly generation: Generation | undefined;
}

/** A draft with the error that ended it, if one did. */
export interface Attempt {
  draft: Draft;
  failure?: { error: unknown };
}

/** Nothing new is written yet. */
export const firstDraft = ({ model, before, answer }: AnswerTask): Draft => ({
  model,
  ...before,
  thinksInSecret: false,
  notices: [],
  files: [],
  contextAuthorIds: answer.context_author_ids,
  history: undefined,
  finish: answer.finish,
  hasChargedSteps: false,
  generation: undefined,
});

export const withNotices = (draft: Draft, ...notices: readonly Notice[]): Draft =>
  notices.length === 0 ? draft : { ...draft, notices: [...draft.notices, ...notices] };

/** Whether this run wrote any text. */
export const hasNewText = ({ before }: AnswerTask, { text }: Draft): boolean => text !== before.text;

/** Whether this run brought thoughts that its answer offers. */
export const hasNewThoughts = ({ before, settings }: AnswerTask, { thoughts }: Draft): boolean =>
  keepsThoughts({ thoughts, settings }) && thoughts !== before.thoughts;
