import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFeatures, featuresFolder } from '../src/app/features.ts';
import { loadTexts } from '../src/platform/texts/index.ts';
import type { Texts } from '../src/platform/texts/index.ts';
import { startTestBot } from '../src/testing/bot.ts';
import type { TestBot } from '../src/testing/bot.ts';
import { featureIndex, featurePage } from './feature-docs.ts';

// `npm run docs` runs this file with --update, which writes what is stale.

const folder = join(import.meta.dirname, '..', 'docs', 'features');
const found = await findFeatures(featuresFolder);
const names = found.map(({ definition }) => definition.name);
const catalogues = loadTexts(
  found.map((feature) => ({ name: feature.definition.name, folder: join(feature.folder, 'locales') })),
  'en',
);

let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());

async function formatted(markdown: string, file: string): Promise<string> {
  return format(markdown, { ...(await resolveConfig(file)), filepath: file });
}

const isStale = 'is not what the code says: run `npm run docs`';

it.each(names)('docs/features/%s.md says what the code says', async (name) => {
  const file = join(folder, `${name}.md`);
  const feature = bot.app.features.find(({ definition }) => definition.name === name)!;
  const markdown = await formatted(featurePage(feature, catalogues.get(name) as Texts), file);
  await expect(markdown, `${name}.md ${isStale}`).toMatchFileSnapshot(file);
});

it('docs/features/README.md lists the features, and nothing else has a page', async () => {
  const file = join(folder, 'README.md');
  const markdown = await formatted(featureIndex(bot.app.features, bot.app.discord.inviteUrl({ speaks: false })), file);
  await expect(markdown, `README.md ${isStale}`).toMatchFileSnapshot(file);
  const pages = existsSync(folder) ? readdirSync(folder) : [];
  const ours = ['README.md', ...names.map((name) => `${name}.md`)];
  expect(pages.filter((page) => !ours.includes(page))).toEqual([]);
});
