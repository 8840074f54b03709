import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import { guildIn } from '../../sdk/index.ts';
import type { Db, Expiry, Tx } from '../../sdk/index.ts';
import type { PromptsChoiceTable, PromptsPromptTable } from './schema.ts';
import type { PromptReference } from './rules.ts';

export type PromptRow = Selectable<PromptsPromptTable>;
export type ChoiceScope = PromptsChoiceTable['scope'];
export const choiceScopes: readonly ChoiceScope[] = ['conversation', 'channel', 'user', 'guild'];

export interface ChoiceRow {
  scope: ChoiceScope;
  /** A name of the settings file. */
  configured: string | null;
  /** A saved prompt. */
  prompt: PromptRow | null;
}

/** The choices of these scopes. */
export async function choicesAt(
  db: Db,
  places: readonly { scope: ChoiceScope; scopeId: string }[],
): Promise<ChoiceRow[]> {
  const rows = await db
    .selectFrom('prompts_choice as c')
    .leftJoin('prompts_prompt as p', 'p.id', 'c.prompt_id')
    .select(['c.scope', 'c.configured'])
    .select(sql<string | null>`p.id`.as('id'))
    .select(['p.author_id', 'p.guild_id', 'p.name_hash', 'p.name_ciphertext', 'p.ciphertext', 'p.saved_at'])
    .where((row) => row.or(places.map(({ scope, scopeId }) => row.and({ 'c.scope': scope, 'c.scope_id': scopeId }))))
    .execute();
  return rows.map(
    ({ scope, configured, id, author_id, guild_id, name_hash, name_ciphertext, ciphertext, saved_at }) => {
      const found = id !== null && author_id !== null && ciphertext !== null && saved_at !== null;
      return {
        scope,
        configured,
        prompt: found ? { id, author_id, guild_id, name_hash, name_ciphertext, ciphertext, saved_at } : null,
      };
    },
  );
}

export async function findPrompt(db: Db, id: string): Promise<PromptRow | undefined> {
  return db.selectFrom('prompts_prompt').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A row of a library, which has a name. */
export type NamedRow = Pick<PromptRow, 'id' | 'author_id' | 'guild_id'> & {
  name_ciphertext: Buffer;
  /** Only on request. */
  ciphertext?: Buffer;
};

/** The prompts of a person's own library and of a guild's, oldest first. */
export async function libraryOf(
  db: Db,
  of: { userId: string; guildId: string | null },
  options: { texts: boolean },
): Promise<NamedRow[]> {
  const rows = await db
    .selectFrom('prompts_prompt')
    .select(['id', 'author_id', 'guild_id', 'name_ciphertext'])
    .$if(options.texts, (query) => query.select('ciphertext'))
    .where('name_ciphertext', 'is not', null)
    .where((row) =>
      row.or([
        row.and([row('guild_id', 'is', null), row('author_id', '=', of.userId)]),
        ...(of.guildId === null ? [] : [row('guild_id', '=', of.guildId)]),
      ]),
    )
    .orderBy('saved_at')
    .orderBy('id')
    .execute();
  return rows.flatMap(({ name_ciphertext, ...row }) => (name_ciphertext === null ? [] : [{ ...row, name_ciphertext }]));
}

export async function findByName(db: Db, nameHashes: readonly string[]): Promise<PromptRow[]> {
  return db.selectFrom('prompts_prompt').selectAll().where('name_hash', 'in', nameHashes).execute();
}

/** Serialises changes of a library, so its limit is exact. */
export async function lockLibrary(tx: Tx, library: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`chat/prompts/${library}`}, 0))`.execute(tx);
}

export async function countNamed(db: Db, of: { guildId: string } | { userId: string }): Promise<number> {
  const { count } = await db
    .selectFrom('prompts_prompt')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('name_hash', 'is not', null)
    .$if('guildId' in of, (query) => query.where('guild_id', '=', 'guildId' in of ? of.guildId : ''))
    .$if('userId' in of, (query) =>
      query.where('guild_id', 'is', null).where('author_id', '=', 'userId' in of ? of.userId : ''),
    )
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Stores a prompt, or replaces the text (and author) of an existing id. */
export async function writePrompt(tx: Tx, row: PromptRow): Promise<void> {
  await tx
    .insertInto('prompts_prompt')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

/** In how many places a prompt is chosen. */
export async function usesOf(db: Db, id: string): Promise<number> {
  const { count } = await db
    .selectFrom('prompts_choice')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('prompt_id', '=', id)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Its places fall back to the next scope. False when it didn't exist. */
export async function deletePrompt(tx: Tx, id: string): Promise<boolean> {
  const deleted = await tx.deleteFrom('prompts_prompt').where('id', '=', id).executeTakeFirst();
  return deleted.numDeletedRows === 1n;
}

export interface ChoicePlace {
  scope: ChoiceScope;
  scopeId: string;
  guildId: string | null;
  /** The channel that a thread is in. */
  parentId: string | null;
}

/**
 * Sets a place's choice; null resets it. A prompt that was just removed changes nothing. The place's former own text is
 * deleted.
 */
export async function setChoice(tx: Tx, place: ChoicePlace, reference: PromptReference | null): Promise<void> {
  if (reference === null) await unchoose(tx, place);
  else if (!('id' in reference)) await choose(tx, place, { configured: reference.configured });
  else if (await holdPrompt(tx, reference.id)) await choose(tx, place, { promptId: reference.id });
  await deleteUnused(tx);
}

async function unchoose(tx: Tx, { scope, scopeId }: ChoicePlace): Promise<void> {
  await tx.deleteFrom('prompts_choice').where('scope', '=', scope).where('scope_id', '=', scopeId).execute();
}

async function choose(
  tx: Tx,
  { scope, scopeId, guildId, parentId }: ChoicePlace,
  { promptId = null, configured = null }: { promptId?: string | null; configured?: string | null },
): Promise<void> {
  const chosen = { prompt_id: promptId, configured, guild_id: guildId, parent_id: parentId };
  await tx
    .insertInto('prompts_choice')
    .values({ scope, scope_id: scopeId, ...chosen })
    .onConflict((conflict) => conflict.columns(['scope', 'scope_id']).doUpdateSet(chosen))
    .execute();
}

/** Locks an existing prompt until the transaction ends; false when it doesn't exist. */
async function holdPrompt(tx: Tx, id: string): Promise<boolean> {
  const held = await tx.selectFrom('prompts_prompt').select('id').where('id', '=', id).forKeyShare().executeTakeFirst();
  return held !== undefined;
}

/** Copies one conversation's choice to another. */
export async function copyChoice(tx: Tx, from: string, place: ChoicePlace): Promise<void> {
  const source = await tx
    .selectFrom('prompts_choice')
    .select(['prompt_id', 'configured'])
    .where('scope', '=', 'conversation')
    .where('scope_id', '=', from)
    .executeTakeFirst();
  if (source?.prompt_id) await setChoice(tx, place, { id: source.prompt_id });
  else if (source?.configured) await setChoice(tx, place, { configured: source.configured });
}

/** Deletes nameless texts that no place uses. */
async function deleteUnused(tx: Tx): Promise<number> {
  const deleted = await tx
    .deleteFrom('prompts_prompt')
    .where('name_hash', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('prompts_choice')
            .select('prompts_choice.prompt_id')
            .whereRef('prompts_choice.prompt_id', '=', 'prompts_prompt.id'),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}

/** Deletes everything of a guild, or of a channel with its threads. */
export async function deletePlace(tx: Tx, of: { guildId: string } | { channelId: string }): Promise<void> {
  if ('guildId' in of) {
    await tx.deleteFrom('prompts_prompt').where('guild_id', '=', of.guildId).execute();
    await tx.deleteFrom('prompts_choice').where('guild_id', '=', of.guildId).execute();
  } else {
    await tx
      .deleteFrom('prompts_choice')
      .where((row) =>
        row.or([
          row('parent_id', '=', of.channelId),
          row.and([row('scope', 'in', ['conversation', 'channel']), row('scope_id', '=', of.channelId)]),
        ]),
      )
      .execute();
  }
  await deleteUnused(tx);
}

export async function promptsOf(db: Db, authorId: string): Promise<PromptRow[]> {
  return db.selectFrom('prompts_prompt').selectAll().where('author_id', '=', authorId).orderBy('saved_at').execute();
}

/** Deletes a person's prompts wherever they are used, and their own choice. */
export async function deletePromptsOf(tx: Tx, userId: string): Promise<number> {
  const prompts = await tx.deleteFrom('prompts_prompt').where('author_id', '=', userId).executeTakeFirst();
  const choices = await tx
    .deleteFrom('prompts_choice')
    .where('scope', '=', 'user')
    .where('scope_id', '=', userId)
    .executeTakeFirst();
  return Number(prompts.numDeletedRows + choices.numDeletedRows);
}

/** The conversations in these guilds with their own text from before `beforeMs`. */
export async function conversationsWithOldText(tx: Tx, { beforeMs, guilds }: Expiry): Promise<string[]> {
  const rows = await tx
    .selectFrom('prompts_choice as c')
    .innerJoin('prompts_prompt as p', 'p.id', 'c.prompt_id')
    .select('c.scope_id')
    .where('c.scope', '=', 'conversation')
    .where('p.name_hash', 'is', null)
    .where('p.saved_at', '<', new Date(beforeMs))
    .where(guildIn('c.guild_id', guilds))
    .execute();
  return rows.map((row) => row.scope_id);
}

/** Returns the number of nameless texts deleted with these conversations' choices. */
export async function deleteTextsOf(tx: Tx, channelIds: readonly string[]): Promise<number> {
  await tx
    .deleteFrom('prompts_choice')
    .where('scope', '=', 'conversation')
    .where(sql<boolean>`scope_id = ANY (${[...channelIds]}::text[])`)
    .where(sql<boolean>`prompt_id IN (SELECT id FROM prompts_prompt WHERE name_hash IS NULL)`)
    .execute();
  return deleteUnused(tx);
}
