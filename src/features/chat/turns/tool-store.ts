import type { Selectable } from 'kysely';
import type { Db } from '../../../sdk/index.ts';
import type { ChatToolCallTable } from '../schema.ts';

export type ToolCallRow = Selectable<ChatToolCallTable>;
type AnswerTry = { id: string; tries: number };

/** The steps of an answer that are complete, oldest first. */
export async function stepsOf(db: Db, { id, tries }: AnswerTry): Promise<{ step: number; ciphertext: Buffer }[]> {
  return db
    .selectFrom('chat_answer_step')
    .select(['step', 'ciphertext'])
    .where('answer_id', '=', id)
    .where('tries', '=', tries)
    .orderBy('step')
    .execute();
}

export async function insertStep(db: Db, { id, tries }: AnswerTry, step: number, ciphertext: Buffer): Promise<void> {
  await db.insertInto('chat_answer_step').values({ answer_id: id, tries, step, ciphertext }).execute();
}

/** Adds a call unless it is there, and returns it as it is. */
export async function ensureCall(db: Db, call: ToolCallRow): Promise<ToolCallRow> {
  await db
    .insertInto('chat_tool_call')
    .values(call)
    .onConflict((conflict) => conflict.columns(['answer_id', 'tries', 'step', 'place']).doNothing())
    .execute();
  return db
    .selectFrom('chat_tool_call')
    .selectAll()
    .where('answer_id', '=', call.answer_id)
    .where('tries', '=', call.tries)
    .where('step', '=', call.step)
    .where('place', '=', call.place)
    .executeTakeFirstOrThrow();
}

export async function callState(db: Db, id: string): Promise<ToolCallRow['state'] | undefined> {
  const row = await db.selectFrom('chat_tool_call').select('state').where('id', '=', id).executeTakeFirst();
  return row?.state;
}

export async function findCall(db: Db, id: string): Promise<ToolCallRow | undefined> {
  return db.selectFrom('chat_tool_call').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Moves a call from one state to another. False when it is not in the first: of two that try, exactly one succeeds. */
export async function moveCall(
  db: Db,
  id: string,
  from: ToolCallRow['state'],
  to: ToolCallRow['state'],
  ciphertext?: Buffer | null,
): Promise<boolean> {
  const moved = await db
    .updateTable('chat_tool_call')
    .set({ state: to, ...(ciphertext === undefined ? {} : { ciphertext }) })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst();
  return moved.numUpdatedRows === 1n;
}
