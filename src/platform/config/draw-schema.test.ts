import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'familiar-config-'));

function load(yaml: string, env: NodeJS.ProcessEnv = {}) {
  const file = join(folder, 'familiar.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ env: { FAMILIAR_CONFIG: file, ...env }, folder });
}

describe('providers of images', () => {
  it('are made of a key or an address in the environment', () => {
    const keys = { REPLICATE_API_TOKEN: 'r', STABILITY_API_KEY: 's', GOOGLE_API_KEY: 'g', FAL_KEY: 'f' };
    const urls = { AUTOMATIC1111_URL: 'http://127.0.0.1:7860', COMFYUI_URL: 'http://127.0.0.1:8188' };
    const { providers } = load('', { ...keys, ...urls });
    expect(providers).toMatchObject({
      replicate: { type: 'replicate', apiKeys: ['r'] },
      stability: { type: 'stability', apiKeys: ['s'] },
      gemini: { type: 'gemini', apiKeys: ['g'] },
      fal: { type: 'fal', apiKeys: ['f'] },
      automatic1111: { type: 'automatic1111', baseUrl: 'http://127.0.0.1:7860', apiKeys: [] },
      comfyui: { type: 'comfyui', baseUrl: 'http://127.0.0.1:8188', apiKeys: [] },
    });
    expect(load('', { GEMINI_API_KEY: 'own', GOOGLE_API_KEY: 'g' }).providers['gemini']?.apiKeys).toEqual(['own']);
  });

  it('can be set as the example file shows them', () => {
    const example = readFileSync(new URL('../../../familiar.example.yaml', import.meta.url), 'utf8');
    const [, shown = ''] = /^providers: \{\}\n((?:#.*\n)+)/m.exec(example) ?? [];
    const env = { OPENAI_API_KEY: 'a', SECOND_KEY: 'b', REPLICATE_API_TOKEN: 'r', STUDIO_KEY: 's' };
    const { providers } = load(`providers:\n${shown.replaceAll(/^#/gm, '')}`, env);
    expect(providers['replicate']?.models?.[0]).toMatchObject({ draws: { mostImages: 4 }, fields: { count: '' } });
    expect(providers['comfyui']?.workflows?.[0]).toMatchObject({ name: 'portrait', inputs: { seed: '3.seed' } });
    expect(providers['studio-queue']?.submitted).toMatchObject({ id: 'task.id', everyMs: 3000, keyPrefix: 'Bearer ' });
  });

  it.each([
    ['{ type: replicate }', 'apiKeys is missing'],
    ['{ type: submitted, apiKeys: [a] }', 'submitted is missing'],
    ['{ type: openai, apiKeys: [a], workflows: [] }', 'workflows belong to the type comfyui'],
    ['{ type: comfyui, workflows: [{ name: a, file: b, inputs: { prompt: six } }] }', 'such as 6.text'],
    ['{ type: fal, apiKeys: [a], models: [{ name: a, svg: true }] }', 'svg of a is for models that hold conversations'],
    ['{ type: openai, apiKeys: [a], models: [{ name: a, svg: true, abilities: [draw] }] }', 'svg of a is for models'],
    ['{ type: fal, apiKeys: [a], models: [{ name: a, draws: { modes: [paint] } }] }', 'generate, edit, vary'],
  ])('that are set wrongly are refused with what is missing or allowed: %s', (provider, message) => {
    expect(() => load(`providers: { p: ${provider} }`)).toThrow(message);
  });
});
