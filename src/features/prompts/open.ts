import type { JsonObject } from '../../kernel/json.ts';
import type { VaultReader } from '../../sdk/index.ts';
import type { PromptContext } from './settings.ts';
import { choicesAt, promptsOf } from './store.ts';
import type { PromptRow } from './store.ts';

/** Authenticates an encrypted name with its row. */
export const nameContext = (id: string): string => `${id}/name`;

/** Null when its author's data was deleted. */
export async function openPrompt(
  read: VaultReader,
  row: Pick<PromptRow, 'id' | 'author_id' | 'name_ciphertext' | 'ciphertext'>,
): Promise<{ name: string | null; text: string } | null> {
  const [text, name] = await Promise.all([
    read(row.author_id, row.id, row.ciphertext),
    row.name_ciphertext && read(row.author_id, nameContext(row.id), row.name_ciphertext),
  ]);
  return text === null ? null : { name, text };
}

/** A person's prompts and their own choice, for their export. */
export async function exportPrompts(context: PromptContext, userId: string): Promise<JsonObject> {
  const read = context.vault.reader(context.db);
  const chosen = await choicesAt(context.db, [{ scope: 'user', scopeId: userId }]);
  const exported = await Promise.all(
    (await promptsOf(context.db, userId)).map(async (row) => {
      const opened = await openPrompt(read, row);
      return opened && { id: row.id, at: row.saved_at.toISOString(), guildId: row.guild_id, ...opened };
    }),
  );
  return {
    prompts: exported.filter((one) => one !== null),
    chosenPrompt: chosen.map(({ configured, prompt }) => ({ name: configured, id: prompt?.id ?? null })),
  };
}
