import { describe, expect, it } from 'vitest';
import { Cancelled, UserError, VendorError } from '../../kernel/errors.ts';
import { LeaseLost, ShuttingDown } from './index.ts';
import { backoffMs, describeFailure, type FailedRun, outcomeOfFailure, type Standing, waitMs } from './rules.ts';

const failed = (overrides: Partial<FailedRun>) =>
  outcomeOfFailure({
    error: new Error('x'),
    abortReason: undefined,
    attempt: 1,
    maxAttempts: 3,
    chance: 0.5,
    ...overrides,
  });

const retryable = (retryAfterMs?: number) =>
  new VendorError('v/busy', 'busy', { retryable: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

const away = new VendorError('postgres/unavailable', 'away', { retryable: true });

describe('backoff', () => {
  it.each([
    [1, 0, 0],
    [1, 0.5, 1_000],
    [2, 0.5, 2_000],
    [3, 0.5, 4_000],
    [8, 0.5, 128_000],
    [9, 0.5, 150_000],
    [2_000, 0.999, 299_700],
  ])('after run %i with random %d is %i ms', (attempt, chance, expected) => {
    expect(backoffMs(attempt, chance)).toBe(expected);
  });
});

describe('after a failed run a job', () => {
  it.each<[string, Partial<FailedRun>, object]>([
    ['is tried again', {}, { type: 'retry', delayMs: 1_000 }],
    ['waits longer when asked to', { error: retryable(9_000) }, { type: 'retry', delayMs: 9_000 }],
    ['waits its backoff when asked for less', { error: retryable(9) }, { type: 'retry', delayMs: 1_000 }],
    ['is dead after its last attempt', { attempt: 3 }, { type: 'dead' }],
    ['is dead after more than its last attempt', { attempt: 5 }, { type: 'dead' }],
    [
      'is left to its lease when the database was away in its last attempt',
      { error: away, attempt: 3 },
      { type: 'lost' },
    ],
    [
      'is dead at once after an answer to the user',
      { error: new UserError('a', 'b') },
      { type: 'dead', error: 'UserError a' },
    ],
    [
      'is dead at once after a non-retryable error',
      { error: new VendorError('v/no', 'no', { retryable: false }) },
      { type: 'dead', error: 'VendorError v/no' },
    ],
    ['is cancelled by its handler', { error: new Cancelled('u') }, { type: 'cancelled' }],
    ['is cancelled, whatever the error', { abortReason: new Cancelled('u') }, { type: 'cancelled' }],
    ['is handed back', { abortReason: new ShuttingDown(), attempt: 3 }, { type: 'shutting-down' }],
    ['is left to its new worker', { abortReason: new LeaseLost('j'), attempt: 3 }, { type: 'lost' }],
  ])('%s', (_, overrides, expected) => {
    expect(failed(overrides)).toMatchObject(expected);
  });
});

describe('the stored part of a failure', () => {
  it('never contains its message', () => {
    expect(describeFailure(new RangeError('what she wrote'))).toMatch(/^RangeError at .*rules\.test\.ts/);
    expect(describeFailure(new RangeError('line\n    at a lie'))).not.toContain('lie');
    expect(describeFailure('what she wrote')).toBe('string');
    expect(describeFailure(retryable())).toBe('VendorError v/busy');
  });
});

describe('the wait of a job', () => {
  const standing = (own: Partial<Standing>): Standing => ({
    ...{ laneAhead: 0, laneBegunMs: null, othersAhead: 0, active: 4, runMs: 8_000 },
    ...own,
  });

  it.each<[string, Partial<Standing>, number | null]>([
    ['is unknown before any run', { runMs: null }, null],
    ['is the time until one of the slots is free', {}, 2_000],
    ['grows with each job before it', { othersAhead: 3 }, 8_000],
    ['is the rest of the run in its lane', { laneBegunMs: 95_000 }, 3_000],
    ['and a run for each earlier one in it', { laneBegunMs: 95_000, laneAhead: 2 }, 19_000],
    ['is never zero while its lane is busy', { laneBegunMs: 0 }, 1_000],
    ['is the longer of lane and queue', { laneBegunMs: 95_000, othersAhead: 8 }, 16_000],
    ['is known also when nothing is running', { active: 0 }, 8_000],
  ])('%s', (_, own, expected) => {
    expect(waitMs(standing(own), 100_000)).toBe(expected);
  });
});
