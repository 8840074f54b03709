import { sql } from 'kysely';
import type { Db, Tx } from '../../../sdk/index.ts';
import { isPlaced } from './store.ts';
import type { ExchangeRow } from './store.ts';

/** In an answer's `context_author_ids`, in place of people whose data was deleted. */
export const forgotten = 'forgotten';

/** An exchange with what tells whether it has changed. */
export interface PastRow extends ExchangeRow {
  /** No answer to it is being worked on. */
  ended: boolean;
  tries: number;
  /** Others whose words the model read for the answer. */
  contextAuthorIds: string[];
}

/** What was asked in a channel after a time, oldest first. */
export async function exchangesAfter(db: Db, channelId: string, after: Date | undefined): Promise<PastRow[]> {
  const rows = await db
    .selectFrom('chat_question as q')
    .leftJoin('chat_answer as a', (join) => join.onRef('a.id', '=', 'q.shown_id'))
    .selectAll('q')
    .select([
      'a.id as answer_id',
      'a.ciphertext as answer_ciphertext',
      'a.tries as tries',
      'a.context_author_ids as context_author_ids',
    ])
    .select(
      sql<boolean>`NOT EXISTS (
        SELECT FROM chat_answer b
        WHERE b.question_id IN (q.id, q.merged_into) AND b.state IN ('waiting', 'written')
      )`.as('ended'),
    )
    .select(isPlaced.as('placed'))
    .where('q.channel_id', '=', channelId)
    .$if(after !== undefined, (query) => query.where('q.asked_at', '>', after ?? new Date(0)))
    .orderBy('q.asked_at')
    .orderBy('q.id')
    .execute();
  // What never was shown there, and is not going to be, is no part of it.
  const said = rows.filter(({ placed, ended }) => placed || !ended);
  return said.map(({ answer_id, answer_ciphertext, tries, context_author_ids, ended, placed: _, ...question }) => ({
    question,
    answer: answer_id === null || answer_ciphertext === null ? null : { id: answer_id, ciphertext: answer_ciphertext },
    ended,
    tries: tries ?? 0,
    contextAuthorIds: context_author_ids ?? [],
  }));
}

/** How many exchanges of a channel were asked after a time. */
export async function countExchangesAfter(db: Db, channelId: string, after: Date | undefined): Promise<number> {
  const { count } = await db
    .selectFrom('chat_question as q')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('q.channel_id', '=', channelId)
    .where(isPlaced)
    .$if(after !== undefined, (query) => query.where('q.asked_at', '>', after ?? new Date(0)))
    .executeTakeFirstOrThrow();
  return Number(count);
}

export const revisionOf = (of: {
  shownId: string | null;
  editedAt: Date | null;
  tries: number;
  contextAuthorIds: readonly string[];
}): string => JSON.stringify([of.shownId, of.editedAt?.getTime() ?? null, of.tries, of.contextAuthorIds]);

/** Locks turns and their answers until the transaction ends, and returns the revision of each that has ended. */
export async function lockedRevisions(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  // Every transaction that changes an answer locks its question first.
  const questions = await tx
    .selectFrom('chat_question')
    .select(['id', 'edited_at', 'shown_id'])
    .where('id', 'in', ids)
    .orderBy('id')
    // Of two that derive something of the same turns, the second waits here, and then finds what the first has stored.
    .forNoKeyUpdate()
    .execute();
  const answers = await tx
    .selectFrom('chat_answer')
    .select(['id', 'question_id', 'state', 'tries', 'context_author_ids'])
    .where('question_id', 'in', ids)
    .orderBy('id')
    .forShare()
    .execute();
  const revisions = new Map<string, string>();
  for (const { id, shown_id: shownId, edited_at: editedAt } of questions) {
    const versions = answers.filter((answer) => answer.question_id === id);
    if (versions.some(({ state }) => state === 'waiting' || state === 'written')) continue;
    const shown = versions.find((version) => version.id === shownId);
    const { tries = 0, context_author_ids: contextAuthorIds = [] } = shown ?? {};
    revisions.set(id, revisionOf({ shownId, editedAt, tries, contextAuthorIds }));
  }
  return revisions;
}

/** Marks the answers to others that may hold something of a person. */
export async function markForgotten(tx: Tx, userId: string): Promise<void> {
  await tx
    .updateTable('chat_answer')
    .set({ context_author_ids: sql<string[]>`array_replace(context_author_ids, ${userId}, ${forgotten})` })
    .where(sql<boolean>`context_author_ids @> ARRAY[${userId}]::text[]`)
    .execute();
}

/** Which of these channels have turns. */
export async function channelsWithTurns(tx: Tx, channelIds: readonly string[]): Promise<string[]> {
  const rows = await tx
    .selectFrom('chat_question')
    .select('channel_id')
    .distinct()
    .where(sql<boolean>`channel_id = ANY (${[...channelIds]}::text[])`)
    .execute();
  return rows.map((row) => row.channel_id);
}
