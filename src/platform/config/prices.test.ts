import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { priceLine } from '../models/index.ts';
import { loadConfig } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'familiar-prices-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(folder, 'familiar.yaml'), yaml);
  return loadConfig({ env, folder });
}

/** Those of the prefixes that come with the images. */
const prefixes = { '!': 0.02, $: 0.03, 'edit:': 0.04, 'zoom out': 0.05 };

describe('prices', () => {
  it('are none but the default of an image when nothing is written', () => {
    const images = { default: 0.03, models: {}, prefixes };
    expect(load('').prices).toEqual({ models: {}, abilities: {}, images, tools: {} });
  });

  it('are taken as they are written, also from a variable', () => {
    const yaml = `
prices:
  models:
    openai/gpt-x: { inputPerMillion: 1, outputPerMillion: 10000, cachedInputPerMillion: 0, reasoningPerMillion: 0.1 }
    router/maker/big:free: { inputPerMillion: '\${PRICE}', outputPerMillion: 0 }
  images:
    default: 100
    models:
      openai/gpt-image-1: { default: 0.04, sizes: { 1024x1024: 0.04, 1536x1024: 0.06 } }
      openai/other: { sizes: { 512x512: 0.01 } }
    prefixes: { '!hd': 0.08 }
  tools: { python: 0, web: 0.001 }
`;
    expect(load(yaml, { PRICE: '0.25' }).prices).toEqual({
      models: {
        'openai/gpt-x': {
          inputPerMillion: 1,
          outputPerMillion: 10_000,
          cachedInputPerMillion: 0,
          reasoningPerMillion: 0.1,
        },
        'router/maker/big:free': { inputPerMillion: 0.25, outputPerMillion: 0 },
      },
      abilities: {},
      images: {
        default: 100,
        models: {
          'openai/gpt-image-1': { default: 0.04, sizes: { '1024x1024': 0.04, '1536x1024': 0.06 } },
          'openai/other': { sizes: { '512x512': 0.01 } },
        },
        prefixes: { ...prefixes, '!hd': 0.08 },
      },
      tools: { python: 0, web: 0.001 },
    });
  });

  it('of a model are taken from the lines that a refusal shows, once figures stand in them', () => {
    const lines = priceLine('openai/gpt-x');
    expect(() => load(lines)).toThrow(
      'prices.models.openai/gpt-x.inputPerMillion: "DOLLARS" is not allowed. Allowed: US dollars per million tokens, from 0 to 10000.',
    );
    expect(load(lines.replaceAll('DOLLARS', '2')).prices.models).toEqual({
      'openai/gpt-x': { inputPerMillion: 2, outputPerMillion: 2 },
    });
  });
});

const wrong: [written: string, shown: string][] = [
  ['-0.01', '-0.01'],
  ['.inf', 'Infinity'],
  ['-.inf', '-Infinity'],
  ['.nan', 'NaN'],
  ['1e9', '1000000000'],
  ['cheap', '"cheap"'],
  ['"-1"', '"-1"'],
  ['"1,50"', '"1,50"'],
  ['$2', '"$2"'],
  ['true', 'true'],
  ['null', 'null'],
  ['[1]', '[1]'],
];

const places: [path: string, yaml: (value: string) => string, place: string, allowed: string][] = [
  [
    'prices.models.openai/gpt-x.inputPerMillion',
    (value) => `prices:\n  models:\n    openai/gpt-x:\n      inputPerMillion: ${value}\n      outputPerMillion: 1\n`,
    '4:24',
    'US dollars per million tokens, from 0 to 10000',
  ],
  [
    'prices.models.openai/gpt-x.reasoningPerMillion',
    (value) =>
      `prices:\n  models:\n    openai/gpt-x: { inputPerMillion: 1, outputPerMillion: 1, reasoningPerMillion: ${value} }\n`,
    '3:83',
    'US dollars per million tokens, from 0 to 10000',
  ],
  [
    'providers.mine.models.0.prices.outputPerMillion',
    (value) =>
      `providers:\n  mine:\n    type: openai\n    apiKeys: [k]\n    models:\n      - name: x\n        prices:\n          inputPerMillion: 1\n          outputPerMillion: ${value}\n`,
    '9:29',
    'US dollars per million tokens, from 0 to 10000',
  ],
  [
    'prices.images.default',
    (value) => `prices:\n  images:\n    default: ${value}\n`,
    '3:14',
    'US dollars per image, from 0 to 100',
  ],
  [
    'prices.images.models.openai/gpt-image-1.sizes.1024x1024',
    (value) =>
      `prices:\n  images:\n    models:\n      openai/gpt-image-1:\n        sizes:\n          1024x1024: ${value}\n`,
    '6:22',
    'US dollars per image, from 0 to 100',
  ],
  [
    'prices.images.prefixes.!hd',
    (value) => `prices:\n  images:\n    prefixes:\n      '!hd': ${value}\n`,
    '4:14',
    'US dollars per image, from 0 to 100',
  ],
  [
    'prices.tools.web',
    (value) => `prices:\n  tools:\n    web: ${value}\n`,
    '3:10',
    'US dollars per step, from 0 to 10',
  ],
];

describe.each(places)('a price at %s', (path, yaml, place, allowed) => {
  it.each(wrong)('is not %s', (written, shown) => {
    expect(() => load(yaml(written))).toThrow(
      `familiar.yaml:${place}  ${path}: ${shown} is not allowed. Allowed: ${allowed}.`,
    );
  });
});

describe('the price list', () => {
  it.each([
    ['prices:\n  models: { gpt-x: { inputPerMillion: 1, outputPerMillion: 1 } }', '2:13', 'a model as provider/model'],
    ['prices:\n  images: { models: { openai/i: { sizes: { large: 1 } } } }', '2:44', 'a size such as 1024x1024'],
  ])('takes no other names: %j', (yaml, place, allowed) => {
    expect(() => load(yaml)).toThrow(`familiar.yaml:${place}`);
    expect(() => load(yaml)).toThrow(allowed);
  });

  it('misses no price and takes no unknown one', () => {
    const yaml = 'prices:\n  models:\n    openai/gpt-x: { inputPerMillion: 1, outputPerMilion: 1 }\n';
    expect(() => load(yaml)).toThrow('outputPerMilion: unknown setting. Did you mean outputPerMillion?');
    expect(() => load(yaml)).toThrow('outputPerMillion: is missing. Allowed: US dollars per million tokens');
  });
});
