import type { Generated } from 'kysely';

export type AnswerState =
  /** Its job has not begun, or a model is writing it. */
  | 'waiting'
  /** The text is complete and stored; Discord may not show all of it yet. */
  | 'written'
  | 'done'
  /** A person stopped it; what was there is kept. */
  | 'stopped'
  | 'failed';

export interface ChatQuestionTable {
  id: string;
  channel_id: string;
  guild_id: string | null;
  author_id: string;
  message_id: string;
  sealed: Buffer;
  asked_at: Date;
}

export interface ChatAnswerTable {
  id: string;
  question_id: string;
  state: AnswerState;
  job_id: string | null;
  tries: Generated<number>;
  parts: Generated<string[]>;
  model_id: string | null;
  error_code: string | null;
  sealed: Buffer | null;
  finished_at: Date | null;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    chat_question: ChatQuestionTable;
    chat_answer: ChatAnswerTable;
  }
}
