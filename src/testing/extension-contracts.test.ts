import { expect, it } from 'vitest';
import { z } from 'zod';
import type { LoadedFeature } from '../app/features.ts';
import { findFeatures, featuresFolder, findFurtherFeatures } from '../app/features.ts';
import { defineFeature, defineTool } from '../sdk/index.ts';
import type { FeatureParts } from '../sdk/index.ts';
import { join } from 'node:path';
import { contractProblems } from './extension-contracts.ts';
import { sharedBot } from './shared-bot.ts';

const outside = await findFurtherFeatures([join(import.meta.dirname, 'oracle')]);
const bot = sharedBot({ features: outside });

const definition = defineFeature({
  name: 'bad',
  summary: 'Is wrong.',
  intents: [],
  settings: z.strictObject({}),
  setup: () => ({}),
});
const withParts = (parts: FeatureParts): LoadedFeature => ({
  ...(bot.app.features[0] as LoadedFeature),
  definition,
  parts,
});

it('every feature, and the one outside, keeps the contracts of the parts that it adds', async () => {
  const own = await findFeatures(featuresFolder);
  expect(bot.app.features.map(({ definition: { name } }) => name)).toHaveLength(own.length + outside.length);
  const parts = bot.app.features.flatMap(
    ({ parts: { promptSources = [], tools = [], answerSteps = [], speakers = [] } }) => [
      ...promptSources,
      ...tools,
      ...answerSteps,
      ...speakers,
    ],
  );
  expect(parts.length).toBeGreaterThan(5);
  const problems = await Promise.all(bot.app.features.map((feature) => contractProblems(feature)));
  expect(problems.flat()).toEqual([]);
});

const piece = (content: object) => () => Promise.resolve([{ content: 'Something.', ...content }]);

it.each<[string, FeatureParts, string]>([
  [
    'a source with a capital in its name',
    { promptSources: [{ name: 'Memory', place: 'memory', keep: 1, collect: piece({}) }] },
    'prompt source "Memory" is not named as',
  ],
  [
    'an empty piece',
    { promptSources: [{ name: 'a', place: 'turn', keep: 1, collect: piece({ content: ' ' }) }] },
    'gives a piece without content',
  ],
  [
    'a piece by a name instead of an id',
    { promptSources: [{ name: 'a', place: 'turn', keep: 1, collect: piece({ authorIds: ['alice'] }) }] },
    'names authors by something else',
  ],
  [
    'memory in the wrong place',
    { promptSources: [{ name: 'a', place: 'turn', keep: 1, collect: piece({ coversUntilMs: 1 }) }] },
    'covers turns without being memory',
  ],
  [
    'two sources of one name',
    { promptSources: [1, 2].map((keep) => ({ name: 'a', place: 'turn' as const, keep, collect: piece({}) })) },
    '"a" is declared twice',
  ],
  ['a speaker that takes everything', { speakers: [() => ({ name: 'Me' })] }, 'answers a question that is not for it'],
  [
    'a tool that takes any input',
    {
      tools: [
        defineTool({
          ...{ name: 'do-it', description: 'Does it.', access: 'everyone' as const, input: z.looseObject({}) },
          run: () => Promise.resolve({ content: '' }),
        }),
      ],
    },
    'accepts inputs that it does not have',
  ],
  [
    'a step that empties answers',
    { answerSteps: [{ name: 'a', at: 'before-store', run: () => Promise.resolve({ text: ' ' }) }] },
    'leaves nothing of an answer',
  ],
  [
    'a step with a file that nobody gets',
    {
      answerSteps: [
        { name: 'a', at: 'before-store', run: () => Promise.resolve({ files: [{ bytes: Buffer.from('') }] }) },
      ],
    },
    'makes the file "text.txt", which no answer can have',
  ],
  [
    'a step with a file of no type',
    {
      answerSteps: [
        {
          name: 'a',
          at: 'before-store',
          run: () => Promise.resolve({ files: [{ name: 'x.png', bytes: Buffer.alloc(9) }] }),
        },
      ],
    },
    'makes the file "x.bin", whose type nobody can tell',
  ],
  [
    'a step that throws',
    { answerSteps: [{ name: 'a', at: 'before-store', run: () => Promise.reject(new Error('oh no')) }] },
    'answer step "a" throws Error: oh no',
  ],
  [
    'a step that is never tried',
    {
      answerSteps: [
        { name: 'a', at: 'after-shown', maxAttempts: 0, applies: () => true, run: () => Promise.resolve() },
      ],
    },
    'is tried less than once',
  ],
  [
    'an option of /ask that Discord refuses',
    {
      askOptions: [
        {
          ...{ name: 'style', description: '', maxLength: 10 },
          suggest: () => Promise.resolve([]),
          read: () => Promise.resolve({}),
        },
      ],
    },
    'needs a description',
  ],
])('finds %s', async (_, parts, problem) => {
  expect(await contractProblems(withParts(parts))).toEqual(
    expect.arrayContaining([expect.stringContaining(`bad: `), expect.stringContaining(problem)]),
  );
});
