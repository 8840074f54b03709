import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../platform/config/index.ts';
import { startTestBot } from '../../testing/bot.ts';
import { promptSettings } from './settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'familiar-prompts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function prompts(yaml: string) {
  writeFileSync(join(folder, 'familiar.yaml'), `features:\n  prompts:\n    library:\n${yaml}`);
  return loadConfig({ env: {}, folder }).section('features.prompts', promptSettings).library;
}

describe('prompts of the settings file', () => {
  it('have a text, and optionally a summary and roles', () => {
    expect(prompts('      the pirate: { text: Arr. }\n      長い: { text: x, summary: y, roles: [crew] }\n')).toEqual({
      'the pirate': { text: 'Arr.', summary: '' },
      長い: { text: 'x', summary: 'y', roles: ['crew'] },
    });
  });

  it.each([
    [
      'without a text',
      '      pirate: { summary: Arr }',
      /familiar\.yaml:4:7 +features\.prompts\.library\.pirate\.text: is missing/,
    ],
    ['with an empty text', "      pirate: { text: ' ' }", /familiar\.yaml:4:23 .*Allowed: text that is not empty/],
    ['too long', `      pirate: { text: ${'x'.repeat(20_001)} }`, /familiar\.yaml:4:23 .*at most 20000 characters/],
    [
      'with a slip of the pen',
      '      pirate: { txt: Arr }',
      /familiar\.yaml:4:17 .*unknown setting\. Did you mean text\?/,
    ],
    ['that are no group', '      pirate: Arr', /familiar\.yaml:4:15 .*a group of settings/],
    ['with a name that is none', '      a/b: { text: Arr }', /familiar\.yaml:4:7 .*this name is not allowed/],
    ['called like the reset word', '      Reset: { text: Arr }', /library\.Reset: a name other than "reset"/],
    [
      'with the same name',
      '      pirate: { text: Arr }\n      Pirate: { text: Arr }',
      /familiar\.yaml:5:7 .*library\.Pirate: a name that no other prompt has/,
    ],
  ])('are refused %s, with their position', (_why, yaml, message) => {
    expect(() => prompts(yaml)).toThrow(message);
  });
});

describe('roles of prompts', () => {
  it('must exist, or the start stops', async () => {
    const yaml = 'features: { prompts: { library: { pirate: { text: Arr, roles: [member, crwe] } } } }';
    const bot = await startTestBot({ yaml, start: false });
    await expect(bot.start()).rejects.toThrow(
      'features.prompts.library.pirate.roles: there is no role "crwe". Roles: member, administrator.',
    );
    await bot.close();
  });
});
