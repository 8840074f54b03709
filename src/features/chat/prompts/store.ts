import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Db } from '../../../sdk/index.ts';
import type { ChatPromptChoiceTable, ChatPromptTable } from '../schema.ts';

export type PromptRow = Selectable<ChatPromptTable>;
export type ChoiceScope = ChatPromptChoiceTable['scope'];

export interface ChoiceRow {
  scope: ChoiceScope;
  /** Of the settings file. */
  configured: string | null;
  /** Written by somebody. */
  prompt: PromptRow | null;
}

/** What is chosen in these scopes. */
export async function choicesAt(
  db: Db,
  places: readonly { scope: ChoiceScope; scopeId: string }[],
): Promise<ChoiceRow[]> {
  const rows = await db
    .selectFrom('chat_prompt_choice as c')
    .leftJoin('chat_prompt as p', 'p.id', 'c.prompt_id')
    .select(['c.scope', 'c.configured'])
    .select(sql<string | null>`p.id`.as('id'))
    .select(['p.author_id', 'p.guild_id', 'p.name_hash', 'p.name_sealed', 'p.sealed', 'p.saved_at'])
    .where((row) => row.or(places.map(({ scope, scopeId }) => row.and({ 'c.scope': scope, 'c.scope_id': scopeId }))))
    .execute();
  return rows.map(({ scope, configured, id, author_id, guild_id, name_hash, name_sealed, sealed, saved_at }) => {
    const found = id !== null && author_id !== null && sealed !== null && saved_at !== null;
    return {
      scope,
      configured,
      prompt: found ? { id, author_id, guild_id, name_hash, name_sealed, sealed, saved_at } : null,
    };
  });
}

export async function findPrompt(db: Db, id: string): Promise<PromptRow | undefined> {
  return db.selectFrom('chat_prompt').selectAll().where('id', '=', id).executeTakeFirst();
}
