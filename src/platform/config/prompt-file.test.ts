import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './index.ts';

const schema = z.strictObject({ systemPrompt: z.string().max(20_000).default('Be nice.') });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'familiar-prompt-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const load = (name: string) => loadConfig({ env: { SYSTEM_PROMPT_FILE: name }, folder });
const prompt = (name: string) => load(name).section('features.chat', schema).systemPrompt;

describe('SYSTEM_PROMPT_FILE', () => {
  it('gives the system prompt, and wins over the settings file', () => {
    writeFileSync(join(folder, 'prompt.txt'), '\uFEFFYou are {{name}}.\nBe brief: ${HOME}.\n');
    writeFileSync(join(folder, 'familiar.yaml'), 'features: { chat: { systemPrompt: Another one. } }');
    expect(prompt('prompt.txt')).toBe('You are {{name}}.\nBe brief: ${HOME}.');
    expect(prompt(join(folder, 'prompt.txt'))).toContain('You are');
    expect(prompt('')).toBe('Another one.');
  });

  it.each([
    ['is missing', () => 'none.txt', /"none\.txt" cannot be the system prompt: ENOENT/],
    ['is a folder', () => (mkdirSync(join(folder, 'sub')), 'sub'), /it is no file/],
    ['is empty', () => write('\n \n'), /it is empty/],
    ['is no text', () => write(Buffer.of(0xff, 0xfe, 0xfd)), /it is no text in UTF-8/],
    ['is enormous', () => write('x'.repeat(1024 * 1024 + 1)), /1048577 bytes; a prompt has at most 20000 characters/],
  ])('stops the start when it %s', (_why, make, message) => {
    const name = make();
    expect(() => load(name)).toThrow(message);
    expect(() => load(name)).toThrow('environment SYSTEM_PROMPT_FILE');
  });

  it('stops the start when it is longer than a prompt may be', () => {
    const name = write('word '.repeat(4001));
    const message =
      /environment SYSTEM_PROMPT_FILE {2}features\.chat\.systemPrompt: .* Allowed: at most 20000 characters/;
    expect(() => prompt(name)).toThrow(message);
  });
});

function write(content: string | Buffer): string {
  writeFileSync(join(folder, 'prompt.txt'), content);
  return 'prompt.txt';
}
