import { mkdtempSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundFeature } from '../app/features.ts';
import type { Json } from '../kernel/json.ts';
import type { FeatureDefinition, SettingsSchema } from '../sdk/index.ts';

/** A feature of a test, outside the bot's own folder, with its texts. */
export function testFeature<Schema extends SettingsSchema>(
  definition: FeatureDefinition<Schema>,
  texts: Readonly<Record<string, Json>> = {},
): FoundFeature {
  const folder = join(mkdtempSync(join(tmpdir(), 'familiar-feature-')), definition.name);
  mkdirSync(join(folder, 'locales'), { recursive: true });
  writeFileSync(join(folder, 'locales', 'en.json'), JSON.stringify({ name: definition.name, ...texts }));
  return { definition: definition, folder };
}
