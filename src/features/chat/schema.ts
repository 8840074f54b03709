import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { JsonObject } from '../../kernel/json.ts';

export type AnswerState =
  /** Its job has not begun, or a model is writing it. */
  | 'waiting'
  /** The text is complete and stored; Discord may not show all of it yet. */
  | 'written'
  | 'done'
  /** A person stopped it; what was there is kept. */
  | 'stopped'
  | 'failed';

export interface ChatConversationTable {
  channel_id: string;
  guild_id: string | null;
  owner_id: string | null;
  settings: ColumnType<JsonObject, string | undefined, string>;
  created_at: Date;
  backfilled_at: Date | null;
  parent_id: string | null;
}

export type QuestionOrigin = 'message' | 'command' | 'context' | 'branch';

export interface ChatQuestionTable {
  id: string;
  channel_id: string;
  guild_id: string | null;
  author_id: string;
  message_id: string | null;
  ciphertext: Buffer;
  asked_at: Date;
  origin: Generated<QuestionOrigin>;
  edited_at: Date | null;
  parts: Generated<string[]>;
  shown_id: string | null;
  merged_into: string | null;
  reaction: string | null;
  stale_reactions: Generated<string[]>;
}

export interface ChatAnswerTable {
  id: string;
  question_id: string;
  state: AnswerState;
  job_id: string | null;
  tries: Generated<number>;
  version: Generated<number>;
  payer_id: string | null;
  model_id: string | null;
  error_code: string | null;
  finish: string | null;
  wanted_model_id: string | null;
  continued: Generated<boolean>;
  ciphertext: Buffer | null;
  reasoning_ciphertext: Buffer | null;
  footnotes_ciphertext: Buffer | null;
  finished_at: Date | null;
  context_author_ids: Generated<string[]>;
}

export interface ChatAmbientMessageTable {
  message_id: string;
  channel_id: string;
  guild_id: string;
  author_id: string;
  ciphertext: Buffer;
  said_at: Date;
}

export interface ChatAnswerStepTable {
  answer_id: string;
  tries: number;
  step: number;
  ciphertext: Buffer;
}

export interface ChatToolCallTable {
  id: string;
  answer_id: string;
  tries: number;
  step: number;
  place: number;
  tool: string;
  state: 'asked' | 'allowed' | 'denied' | 'running' | 'done';
  asker_id: string;
  asked_until: Date | null;
  ciphertext: Buffer | null;
}

export interface ChatAnswerFileTable {
  id: string;
  answer_id: string;
  position: GeneratedAlways<number>;
  source: string;
  ciphertext: Buffer;
  message_id: string | null;
  attachment_id: string | null;
}

export interface ChatNoticeTable {
  answer_id: string;
  ahead: number | null;
  written_at: Date;
}

export interface ChatSpeakerTable {
  question_id: string;
  ciphertext: Buffer;
  by_webhook: boolean;
  intended_at: Date | null;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    chat_conversation: ChatConversationTable;
    chat_question: ChatQuestionTable;
    chat_answer: ChatAnswerTable;
    chat_ambient_message: ChatAmbientMessageTable;
    chat_notice: ChatNoticeTable;
    chat_answer_step: ChatAnswerStepTable;
    chat_tool_call: ChatToolCallTable;
    chat_answer_file: ChatAnswerFileTable;
    chat_speaker: ChatSpeakerTable;
  }
}
