import { randomBytes } from 'node:crypto';
import { chmod, link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, StartError } from '../../kernel/errors.ts';
import { KEY_BYTES } from './cipher.ts';

/**
 * The key that wraps all others: from the environment, else from `instance.key` in the data folder. That file is made
 * at the first start and readable by its owner only. Rejects with a StartError.
 *
 * @param options.fromEnvironment 32 bytes in base64 or hexadecimal
 */
export async function loadInstanceKey(options: {
  dataDir: string;
  fromEnvironment: string | undefined;
}): Promise<Buffer> {
  if (options.fromEnvironment !== undefined) {
    const key = parseKey(options.fromEnvironment);
    if (key) return key;
    throw new StartError(
      'The instance key in the environment is not 32 bytes in base64 or hexadecimal. `openssl rand -base64 32` makes one.',
    );
  }
  const path = join(options.dataDir, 'instance.key');
  try {
    const text = (await readKeyFile(path)) ?? (await makeKeyFile(path));
    const key = parseKey(text);
    if (key) return key;
  } catch (error) {
    throw new StartError(
      `The instance key ${path} cannot be used: ${errorMessage(error)}. ` +
        'Give the user that runs Familiar the right to read and write it.',
      { cause: error },
    );
  }
  throw new StartError(
    `The instance key ${path} is damaged. Restore it from a backup: without it, what people wrote cannot be read. ` +
      'Without a backup, delete the file to make a new key; earlier texts then stay unreadable.',
  );
}

function parseKey(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (!/^[\w+/-]{43}=?$/.test(trimmed)) return undefined;
  const key = Buffer.from(trimmed, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    await chmod(path, 0o600);
    return text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written and flushed under another name first: an existing key is always complete, and is never replaced. */
async function makeKeyFile(path: string): Promise<string> {
  const text = `${randomBytes(KEY_BYTES).toString('base64')}\n`;
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
    return text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return await readFile(path, 'utf8');
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
