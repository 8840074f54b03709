import type { HistoryFill, ModelInfo, ModelMessage, Speaker, VaultReader } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import type { Question } from '../intake/read-message.ts';
import type { Notice } from '../notice.ts';
import type { ChatSettings } from '../settings.ts';
import type { QuestionRow } from '../turns/store.ts';
import type { HeldFiles } from './question-files.ts';
import type { QuestionParts } from './question-parts.ts';

export interface PromptRequest {
  context: ChatContext;
  read: VaultReader;
  settings: ChatSettings;
  model: ModelInfo;
  speaker: Speaker | undefined;
  /** What comes later in its channel is not part of the prompt. */
  row: QuestionRow;
  question: Question;
  /** The part of its answer to go on from; empty for a new answer. */
  written: string;
  /** Released by the caller, when the model has ended. */
  files: HeldFiles;
  signal: AbortSignal;
}

export interface Prompt {
  messages: ModelMessage[];
  maxOutputTokens: number;
  inputTokens: number;
  notices: Notice[];
  contents: PromptContents;
  /** Others than the asker whose words are in it. */
  contextAuthorIds: string[];
  /** What the conversation takes of the window with this question, before the answer. */
  history: HistoryFill;
}

/** A piece by its name, and whether the model gets it. */
export interface ShownPiece {
  label: string;
  tokens: number;
  sent: boolean;
}

/** What a prompt is made of, in tokens, and how much of each part was sent. */
export interface PromptContents {
  /** The whole prompt and the longest answer share it. */
  windowTokens: number;
  /** With the names of the pieces that it is made of. */
  system: { labels: string[]; tokens: number };
  others: ShownPiece[];
  /** Undefined when no memory piece covers a part of the history. */
  coversUntilMs: number | undefined;
  /** With the pictures and files of those that are sent, which are not sent again. */
  exchanges: { sent: number; of: number; tokens: number; files: number };
  ambient: { sent: number; of: number; tokens: number };
  question: QuestionParts['tokens'];
  /** The beginning of the answer, where it is to go on. */
  continued: number;
}
