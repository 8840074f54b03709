import { sql } from 'kysely';
import type { Db } from '../../../sdk/index.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { filesOf } from '../view/answer-file-store.ts';
import type { AnswerFileRow } from '../view/answer-file-store.ts';

export type VersionRow = Pick<
  AnswerRow,
  'id' | 'question_id' | 'version' | 'state' | 'error_code' | 'model_id' | 'finished_at' | 'ciphertext'
>;

export interface ExportedTurn {
  question: QuestionRow;
  /** Every version of its answer, oldest first. */
  versions: VersionRow[];
  /** Of all versions. */
  files: AnswerFileRow[];
  /** Who answered in place of the bot, encrypted; null: the bot itself. */
  speaker: Buffer | null;
}

/** What a person asked, newest first. */
export async function turnsOf(
  db: Db,
  authorId: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<ExportedTurn[]> {
  const questions = await db
    .selectFrom('chat_question')
    .selectAll()
    .where('author_id', '=', authorId)
    .orderBy('asked_at', 'desc')
    .orderBy('id')
    .offset(offset)
    .limit(limit)
    .execute();
  const ids = questions.map(({ id }) => id);
  const answers = await db
    .selectFrom('chat_answer')
    .select(['id', 'question_id', 'version', 'state', 'error_code', 'model_id', 'finished_at', 'ciphertext'])
    .where('question_id', '=', sql<string>`any(${ids}::uuid[])`)
    .orderBy('version')
    .execute();
  const speakers = await db
    .selectFrom('chat_speaker')
    .select(['question_id', 'ciphertext'])
    .where('question_id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
  const speakerOf = new Map(speakers.map((row) => [row.question_id, row.ciphertext]));
  const files = await filesOf(
    db,
    answers.map(({ id }) => id),
  );
  const versions = new Map<string, VersionRow[]>();
  for (const answer of answers) {
    versions.set(answer.question_id, [...(versions.get(answer.question_id) ?? []), answer]);
  }
  return questions.map((question) => ({
    question,
    versions: versions.get(question.id) ?? [],
    files: files.filter(({ answer_id: id }) => versions.get(question.id)?.some((version) => version.id === id)),
    speaker: speakerOf.get(question.id) ?? null,
  }));
}
