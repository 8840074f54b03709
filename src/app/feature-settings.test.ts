import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../platform/config/index.ts';
import type { FeatureDefinition } from '../sdk/index.ts';
import { instanceSettings } from './feature-settings.ts';

const folder = await mkdtemp(join(tmpdir(), 'familiar-settings-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const definition: FeatureDefinition = {
  name: 'birds',
  summary: 'Sings.',
  intents: [],
  settings: z.strictObject({ channels: z.array(z.string()).default([]), loud: z.boolean().default(false) }),
  playground: { channels: ['birdhouse'] },
  setup: () => ({}),
};

async function settingsOf(yaml: string, inPlayground: boolean) {
  await writeFile(join(folder, 'familiar.yaml'), yaml);
  return instanceSettings(loadConfig({ env: {}, folder }), definition, inPlayground);
}

describe("a feature's defaults in the playground", () => {
  it('apply there alone', async () => {
    expect(await settingsOf('', true)).toEqual({ channels: ['birdhouse'], loud: false });
    expect(await settingsOf('', false)).toEqual({ channels: [], loud: false });
  });

  it('give way to the settings file, also where that says none', async () => {
    expect(await settingsOf('features: { birds: { channels: [] } }', true)).toEqual({ channels: [], loud: false });
    expect(await settingsOf('features: { birds: { channels: [nest], loud: true } }', true)).toEqual({
      channels: ['nest'],
      loud: true,
    });
  });

  it('leave the rules of the settings as they are', async () => {
    await expect(settingsOf('features: { birds: { channels: 3 } }', true)).rejects.toThrow(/channels/);
    await expect(settingsOf('features: { birds: { colour: red } }', true)).rejects.toThrow(/colour/);
  });
});
