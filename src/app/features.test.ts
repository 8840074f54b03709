import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTexts } from '../platform/texts/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { startTestBot } from '../testing/bot.ts';
import type { TestBot } from '../testing/bot.ts';
import { describeSettings } from '../sdk/setting.ts';
import { featuresFolder, findFeatures } from './features.ts';
import { messageCommand, slashCommand } from './command-bodies.ts';
import { commandProblem } from './command-limits.ts';

const found = await findFeatures(featuresFolder);
const catalogues = loadTexts(
  found.map(({ definition, folder }) => ({ name: definition.name, folder: join(folder, 'locales') })),
  'en',
);

function catalogueOf(feature: string): Texts {
  const catalogue = catalogues.get(feature);
  if (!catalogue) throw new Error(`no texts for ${feature}`);
  return catalogue;
}

describe('every feature', () => {
  let bot: TestBot;
  beforeAll(async () => {
    bot = await startTestBot();
  });
  afterAll(() => bot.close());
  const parts = (name: string) => bot.app.features.find((feature) => feature.definition.name === name)?.parts;

  it('is a folder with feature.ts', () => {
    const folders = readdirSync(featuresFolder).filter((name) => !name.includes('.'));
    expect(found.map(({ definition }) => definition.name)).toEqual(folders.sort());
  });

  describe.each(found)('$definition.name', ({ definition, folder }) => {
    it('is named as its folder, and says what it does in a sentence', () => {
      expect(folder).toBe(join(featuresFolder, definition.name));
      expect(definition.summary).toMatch(/^[A-Z].*\.$/);
    });

    it('works without any settings', () => {
      expect(definition.settings.safeParse({}).success).toBe(true);
    });

    it('refuses settings that it does not have', () => {
      expect(definition.settings.safeParse({ 'no such setting': 1 }).success).toBe(false);
    });

    it('has a README that names its settings and commands', () => {
      const readme = readFileSync(join(folder, 'README.md'), 'utf8');
      for (const setting of Object.keys(definition.settings.shape)) expect(readme).toContain(`\`${setting}\``);
      for (const command of parts(definition.name)?.commands ?? []) expect(readme).toContain(`\`/${command.name}`);
      for (const command of parts(definition.name)?.messageCommands ?? []) {
        expect(readme).toContain(catalogueOf(definition.name).in('en')(`message-commands.${command.name}.title`));
      }
    });

    it('says what each of its settings is, in texts that fit where people read them', () => {
      const catalogue = catalogueOf(definition.name);
      for (const { key, kind, choices } of describeSettings(definition.settings)) {
        const texts = ['name', 'about', ...(kind === 'choice' ? choices.map((choice) => `values.${choice}`) : [])];
        for (const text of texts) {
          expect(catalogue.has(`config.${key}.${text}`), `config.${key}.${text}`).toBe(true);
          expect(catalogue.in('en')(`config.${key}.${text}`).length).toBeLessThanOrEqual(text === 'about' ? 250 : 45);
        }
      }
    });

    it('exports and forgets people when it stores their ids', () => {
      const sql = existsSync(join(folder, 'migrations'))
        ? readdirSync(join(folder, 'migrations')).map((file) => readFileSync(join(folder, 'migrations', file), 'utf8'))
        : [];
      if (!/\b(user|author|member|owner|asker)_id\b/.test(sql.join('\n'))) return;
      expect(parts(definition.name)?.exportUser, 'exportUser').toBeTypeOf('function');
      expect(parts(definition.name)?.forgetUser, 'forgetUser').toBeTypeOf('function');
    });

    it('keeps its tables under its name', () => {
      const folderOfTables = join(folder, 'migrations');
      if (!existsSync(folderOfTables)) return;
      for (const file of readdirSync(folderOfTables)) {
        const tables = readFileSync(join(folderOfTables, file), 'utf8').matchAll(/CREATE TABLE (\w+)/g);
        for (const [, table] of tables) expect(table).toMatch(new RegExp(`^${definition.name.replaceAll('-', '_')}_`));
      }
    });
  });

  it('has commands that are named in kebab-case', () => {
    const commands = found.flatMap(({ definition }) => {
      const { commands = [], messageCommands = [] } = parts(definition.name) ?? {};
      return [...commands, ...messageCommands].map(({ name }) => name);
    });
    expect(commands.length).toBeGreaterThan(20);
    expect(commands.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  it('has at most 60 top-level commands in all, so that Discord’s 100 leave room', () => {
    const names = found.flatMap(({ definition }) => (parts(definition.name)?.commands ?? []).map(({ name }) => name));
    expect(names.length).toBeLessThanOrEqual(60);
  });

  it('has commands that Discord takes', () => {
    for (const { definition } of found) {
      const catalogue = catalogueOf(definition.name);
      for (const command of parts(definition.name)?.commands ?? []) {
        expect(commandProblem(slashCommand({ feature: definition.name, command, texts: catalogue }))).toBeUndefined();
      }
      for (const command of parts(definition.name)?.messageCommands ?? []) {
        expect(command.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        const body = messageCommand({ feature: definition.name, command, texts: catalogue });
        expect(body.name).toMatch(/^\S(.{0,30}\S)?$/u);
      }
    }
  });
});

describe('finding features', () => {
  const folder = mkdtempSync(join(tmpdir(), 'familiar-features-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const plant = (name: string, code: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'feature.ts'), code);
  };

  it.each([
    ['broken', 'throw new Error("oh no");', /"broken" cannot be loaded: oh no/],
    ['empty', 'export const other = 1;', /"empty" cannot be loaded: it does not export `feature`/],
    [
      'misnamed',
      'export const feature = { name: "else" };',
      /declares the feature "else"; its folder's name is "misnamed"/,
    ],
  ])('stops with a clear error at a feature that is %s', async (name, code, message) => {
    plant(name, code);
    await expect(findFeatures(folder)).rejects.toThrow(message);
    rmSync(join(folder, name), { recursive: true });
  });
});
