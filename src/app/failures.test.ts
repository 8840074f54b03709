import { expect, it } from 'vitest';
import { VendorError } from '../kernel/errors.ts';
import { systemIds } from '../kernel/ids.ts';
import { silentLogger } from '../kernel/logger.ts';
import { MissingPermission } from '../platform/discord/index.ts';
import { loadAppTexts } from './app-texts.ts';
import { createFailureTexts } from './failures.ts';

const texts = loadAppTexts('en');

it.each([
  [new MissingPermission('Ban Members'), /^I need the permission \*\*Ban Members\*\* for that\./],
  [new VendorError('discord/10007', 'x', { retryable: false }), /^That person isn't a member of this server\.$/],
  [
    new VendorError('discord/not-member', 'x', { retryable: false }),
    /^I'm not a member of this server, so I can only answer/,
  ],
  [new VendorError('files/away', 'x', { retryable: true }), /^My store for files doesn't work right now\. Try again/],
  [new VendorError('discord/99999', 'x', { retryable: false }), /^Discord did not do what I asked.*`discord\/99999`/],
  [new VendorError('fake/10007', 'x', { retryable: false }), /^Fake did not do what I asked/],
])('says what a person can do about %s', (error, words) => {
  expect(createFailureTexts(texts, systemIds, silentLogger).explain(error, texts, undefined, {})).toMatch(words);
});
