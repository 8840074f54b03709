import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage } from '../../kernel/errors.ts';
import { readVariable } from './environment.ts';
import type { EnvironmentSetting } from './environment.ts';
import type { Problem } from './yaml-file.ts';

const variable = 'SYSTEM_PROMPT_FILE';

/** Far more than any prompt may have: what is longer was never meant to be read. */
const mostBytes = 1024 * 1024;

/** The text of the file that the environment names for the system prompt, in place of the settings file's. */
export function promptFile(
  env: NodeJS.ProcessEnv,
  folder: string,
): { settings: EnvironmentSetting[]; problems: Problem[] } {
  const name = readVariable(env, variable);
  if (name === undefined) return { settings: [], problems: [] };
  try {
    const value = textOf(resolve(folder, name));
    return { settings: [{ path: ['features', 'chat', 'systemPrompt'], variable, value }], problems: [] };
  } catch (error) {
    const message = `the file ${JSON.stringify(name)} cannot be the system prompt: ${errorMessage(error)}`;
    return { settings: [], problems: [{ place: `environment ${variable}`, message }] };
  }
}

function textOf(file: string): string {
  const stats = statSync(file);
  if (!stats.isFile()) throw new Error('it is no file');
  if (stats.size > mostBytes) throw new Error(`it has ${stats.size} bytes; a prompt has at most 20000 characters`);
  const text = decode(readFileSync(file)).trim();
  if (text === '') throw new Error('it is empty');
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error('it is no text in UTF-8', { cause: error });
  }
}
