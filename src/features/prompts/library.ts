import { StartError, UserError } from '../../kernel/errors.ts';
import { actOf } from '../../sdk/index.ts';
import type { Call, Tx } from '../../sdk/index.ts';
import type { PromptContext } from './settings.ts';
import { nameContext, openPrompt } from './open.ts';
import { checkMaySave } from './rights.ts';
import type { Asker } from './rights.ts';
import { normalName, promptLimits, promptName, resetWord } from './rules.ts';
import type { Library, PromptReference } from './rules.ts';
import { countNamed, deletePrompt, findByName, libraryOf, lockLibrary, usesOf, writePrompt } from './store.ts';

/** The library of a prompt, nearest first: of two with the same name, the nearer one is used. */
export type PromptOrigin = Library | 'configured';

/** A prompt that the caller can choose by its name. */
export interface UsablePrompt {
  name: string;
  origin: PromptOrigin;
  /** Who saved it; null for one of the settings file. */
  authorId: string | null;
  reference: PromptReference;
  /** Its line in lists: a summary, or its text; empty unless requested. */
  about: string;
}

/** Every prompt that the caller can choose here: their own, the server's, and those of the settings file. */
export async function usablePrompts(
  context: PromptContext,
  call: Asker,
  { texts = false }: { texts?: boolean } = {},
): Promise<UsablePrompt[]> {
  const read = context.vault.reader(context.db);
  const of = { userId: call.caller.userId, guildId: call.guildId };
  const written = await Promise.all(
    (await libraryOf(context.db, of, { texts })).map(async (row): Promise<UsablePrompt | null> => {
      const name = await read(row.author_id, nameContext(row.id), row.name_ciphertext);
      const about = row.ciphertext ? await read(row.author_id, row.id, row.ciphertext) : '';
      const origin = row.guild_id === null ? 'user' : 'guild';
      return name === null
        ? null
        : { name, origin, authorId: row.author_id, reference: { id: row.id }, about: about ?? '' };
    }),
  );
  const known = written.filter((prompt) => prompt !== null);
  const byOrigin = (origin: PromptOrigin) => known.filter((prompt) => prompt.origin === origin);
  return [...byOrigin('user'), ...byOrigin('guild'), ...configuredFor(context, call)];
}

/** Those that can be found by name: the nearest of each name. */
export async function choosablePrompts(context: PromptContext, call: Asker): Promise<UsablePrompt[]> {
  const seen = new Set<string>();
  return (await usablePrompts(context, call)).filter(({ name }) => {
    const isNew = !seen.has(normalName(name));
    seen.add(normalName(name));
    return isNew;
  });
}

/** Throws a StartError when a prompt of the settings file names an unknown role. */
export function checkPromptRoles({ access, settings }: Pick<PromptContext, 'access' | 'settings'>): void {
  for (const [name, { roles = [] }] of Object.entries(settings.instance.library)) {
    const unknown = roles.find((role) => !access.roleNames.includes(role));
    if (unknown === undefined) continue;
    const known = access.roleNames.join(', ');
    throw new StartError(`features.prompts.library.${name}.roles: there is no role "${unknown}". Roles: ${known}.`);
  }
}

/** The prompts of the settings file that one of the caller's roles may choose. */
function configuredFor(context: PromptContext, call: Asker): UsablePrompt[] {
  const policy = context.access.policy(call.caller, call);
  return Object.entries(context.settings.instance.library)
    .filter(([, { roles }]) => policy.administrator || !roles || roles.some((role) => policy.roles.includes(role)))
    .map(([name, { summary, text }]) => ({
      name,
      origin: 'configured',
      authorId: null,
      reference: { configured: name },
      about: summary === '' ? text : summary,
    }));
}

/** The nearest usable prompt of that name, with its text. */
export async function promptNamed(
  context: PromptContext,
  call: Asker,
  name: string,
): Promise<(UsablePrompt & { text: string }) | undefined> {
  const rows = await findByName(
    context.db,
    librariesOf(call).map((library) => hashOf(context, call, library, name)),
  );
  const own = rows.find((row) => row.guild_id === null);
  const row = own ?? rows[0];
  const opened = row && (await openPrompt(context.vault.reader(context.db), row));
  if (row && opened) {
    const { text } = opened;
    const origin = row.guild_id === null ? 'user' : 'guild';
    return { name: opened.name ?? name, origin, authorId: row.author_id, reference: { id: row.id }, about: text, text };
  }
  const configured = configuredFor(context, call).find((one) => normalName(one.name) === normalName(name));
  const text = context.settings.instance.library[configured?.name ?? '']?.text;
  return configured && text !== undefined ? { ...configured, text } : undefined;
}

/** Throws a UserError with the name when the caller can't use a prompt of that name. */
export async function neededPrompt(
  context: PromptContext,
  call: Asker,
  name: string,
): Promise<UsablePrompt & { text: string }> {
  const found = await promptNamed(context, call, name);
  if (!found) throw new UserError('prompts.unknown', 'no such prompt', { name: shortName(name) });
  return found;
}

/** A member's words for a name as an answer repeats them. */
export const shortName = (name: string): string => name.replaceAll('`', "'").slice(0, 60);

const librariesOf = ({ guildId }: Asker): Library[] => (guildId === null ? ['user'] : ['user', 'guild']);

const libraryKey = ({ caller, guildId }: Asker, library: Library): string =>
  library === 'user' ? `user/${caller.userId}` : `guild/${guildId ?? ''}`;

const hashOf = ({ vault }: PromptContext, call: Asker, library: Library, name: string): string =>
  vault.pseudonym('chat/prompt', `${libraryKey(call, library)}/${normalName(name)}`);

/** A library's text under a name; empty without one. */
export async function textIn(context: PromptContext, call: Asker, library: Library, name: string): Promise<string> {
  const [row] = await findByName(context.db, [hashOf(context, call, library, name)]);
  const opened = row && (await openPrompt(context.vault.reader(context.db), row));
  return opened?.text ?? '';
}

/**
 * Saves a text under a name and replaces an existing one. Throws a UserError when the caller may not, when the name is
 * invalid, or when the library is full.
 */
export async function savePrompt(
  context: PromptContext,
  call: Call,
  { name, text, library }: { name: string; text: string; library: Library },
): Promise<'saved' | 'replaced'> {
  await checkMaySave(context, call, library);
  const written = name.normalize('NFKC').trim().replace(/\s+/g, ' ');
  if (!promptName.test(written) || normalName(written) === resetWord) {
    throw new UserError('prompts.bad-name', 'not a name', { name: shortName(name) });
  }
  const { caller, guildId } = call;
  const nameHash = hashOf(context, call, library, written);
  return context.transaction(async (tx) => {
    await lockLibrary(tx, libraryKey(call, library));
    const [before] = await findByName(tx, [nameHash]);
    const owner = library === 'guild' && guildId !== null ? { guildId } : { userId: caller.userId };
    if (!before && (await countNamed(tx, owner)) >= promptLimits[library]) {
      throw new UserError(`prompts.full-${library}`, 'the library is full', { limit: promptLimits[library] });
    }
    const id = before?.id ?? context.ids.uuid();
    await writePrompt(tx, {
      id,
      author_id: caller.userId,
      guild_id: library === 'guild' ? guildId : null,
      name_hash: nameHash,
      name_ciphertext: await context.vault.encrypt(tx, caller.userId, nameContext(id), written),
      ciphertext: await context.vault.encrypt(tx, caller.userId, id, text),
      saved_at: new Date(context.clock.now()),
    });
    if (library === 'guild') await record(context, tx, call, 'save-prompt', id);
    return before ? 'replaced' : 'saved';
  });
}

/**
 * Removes a prompt from a library. Returns in how many places it was used, which fall back to the next scope. Throws a
 * UserError when the caller may not, or when it doesn't exist.
 */
export async function removePrompt(
  context: PromptContext,
  call: Call,
  { name, library }: { name: string; library: Library },
): Promise<{ uses: number }> {
  await checkMaySave(context, call, library);
  const nameHash = hashOf(context, call, library, name);
  return context.transaction(async (tx) => {
    const [row] = await findByName(tx, [nameHash]);
    const uses = row ? await usesOf(tx, row.id) : 0;
    if (!row || !(await deletePrompt(tx, row.id))) {
      throw new UserError('prompts.unknown', 'no such prompt', { name: shortName(name) });
    }
    if (library === 'guild') await record(context, tx, call, 'remove-prompt', row.id);
    return { uses };
  });
}

/** Records a moderator's change of the server's library, by its ids only. */
async function record(context: PromptContext, tx: Tx, call: Call, action: string, promptId: string): Promise<void> {
  await context.audit.record(tx, actOf(call, { action, targetId: call.guildId, details: { promptId } }));
}
