import { UserError } from '../../../kernel/errors.ts';
import type { Call } from '../../../sdk/index.ts';
import { longestPrompt } from '../intake/prompt.ts';
import type { ImageRequest } from '../request.ts';
import type { Needs } from '../settings.ts';
import { quoted } from '../view/caption.ts';
import { linesThatFit } from './lines.ts';
import { countStyles, deleteStyle, findStyle, saveStyle, stylesOf } from './style-store.ts';

const mostStyles = 25;
export const longestStyle = 500;
const validName = /^[a-z0-9-]{2,40}$/;

/** Names the ciphertext. */
const contextOf = (authorId: string, name: string): string => `images/style/${authorId}/${name}`;

/** As `--style` reads it. Throws a UserError for what that could not name. */
export function readStyleName(text: string): string {
  const name = text.trim().toLowerCase().replaceAll(/\s+/g, '-');
  if (!validName.test(name)) throw new UserError('style.bad-name', 'not a name', { name: text.slice(0, 40) });
  return name;
}

/** Saves words under a name; under one that is there, in place of those. */
export async function keepStyle(
  context: Needs<'transaction' | 'vault' | 'clock'>,
  { caller: { userId } }: Pick<Call, 'caller'>,
  style: { name: string; text: string },
): Promise<string> {
  const name = readStyleName(style.name);
  const text = style.text.replaceAll(/\s+/g, ' ').trim();
  if (text === '') throw new UserError('style.empty', 'no words');
  await context.transaction(async (tx) => {
    const ciphertext = await context.vault.encrypt(tx, userId, contextOf(userId, name), text);
    await saveStyle(tx, { author_id: userId, name, ciphertext, saved_at: new Date(context.clock.now()) });
    // Counted after it is there: two calls at once wait for each other at the person's key.
    if ((await countStyles(tx, userId)) > mostStyles) {
      throw new UserError('style.too-many', 'too many styles', { most: mostStyles });
    }
  });
  return name;
}

export async function removeStyle(
  { db }: Needs<'db'>,
  { caller: { userId } }: Pick<Call, 'caller'>,
  wanted: string,
): Promise<string> {
  const name = readStyleName(wanted);
  if (!(await deleteStyle(db, userId, name))) throw new UserError('style.unknown', 'no such style', { name });
  return name;
}

/** A person's styles by name, with their words. */
export async function ownStyles(
  { db, vault }: Needs<'db' | 'vault'>,
  userId: string,
): Promise<{ name: string; text: string }[]> {
  const read = vault.reader(db);
  const styles: { name: string; text: string }[] = [];
  for (const { name, ciphertext } of await stylesOf(db, userId)) {
    const text = await read(userId, contextOf(userId, name), ciphertext);
    if (text !== null) styles.push({ name, text });
  }
  return styles;
}

export async function styleList(context: Needs<'db' | 'vault'>, { caller, t }: Pick<Call, 'caller' | 't'>) {
  const styles = await ownStyles(context, caller.userId);
  if (styles.length === 0) return { content: t('style.none') };
  const lines = styles.map(({ name, text }) => `- \`${name}\`: ${quoted(text, shownCharacters)}`);
  return { content: linesThatFit([t('style.title', { count: styles.length }), ...lines]) };
}

const shownCharacters = 60;

/**
 * The request with the words of its asker's own style added to the prompt, where it names one; a style of the model that has
 * the same name is not meant then. Throws a UserError when the prompt gets too long.
 */
export async function withOwnStyle(
  { db, vault }: Needs<'db' | 'vault'>,
  { userId }: { userId: string },
  request: ImageRequest,
): Promise<ImageRequest> {
  if (request.style === undefined) return request;
  const { style: name, ...others } = request;
  const row = await findStyle(db, userId, name);
  const text = row && (await vault.decrypt(db, userId, contextOf(userId, name), row.ciphertext));
  if (!text) return request;
  const prompt = request.prompt === '' ? text : `${request.prompt}, ${text}`;
  if (prompt.length > longestPrompt) throw new UserError('prompt-too-long', 'too long', { most: longestPrompt });
  return { ...others, prompt };
}
