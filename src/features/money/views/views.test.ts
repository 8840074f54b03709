import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTexts } from '../../../platform/texts/index.ts';
import { UserError } from '../../../kernel/errors.ts';
import type { Balance, Explanation, Hold, Level, Policy } from '../../../sdk/index.ts';
import { generationsText, lastDays, allowanceField, usageChart } from './account.ts';
import { budgetEmbed } from './budget.ts';
import { bar, field, sections } from './figures.ts';
import { limitsEmbed } from './limits.ts';
import { whyEmbed } from './why.ts';

const folder = join(import.meta.dirname, '../locales');
const texts = loadTexts([{ name: 'money', folder }], 'en').get('money');
if (!texts) throw new Error('The texts are missing.');
const t = texts.in('en');
const resetsAtMs = 1_800_000_000_000;

describe('a bar', () => {
  it.each([
    [0, 10, '▱▱▱▱▱▱▱▱▱▱'],
    [1, 1_000_000, '▰▱▱▱▱▱▱▱▱▱'],
    [5, 10, '▰▰▰▰▰▱▱▱▱▱'],
    [9_999, 10_000, '▰▰▰▰▰▰▰▰▰▱'],
    [10, 10, '▰▰▰▰▰▰▰▰▰▰'],
    [20, 10, '▰▰▰▰▰▰▰▰▰▰'],
    [0, 0, '▰▰▰▰▰▰▰▰▰▰'],
  ])('of %d in %d is %s', (used, of, expected) => {
    expect(bar(used, of)).toBe(expected);
  });
});

describe('long texts', () => {
  it("end at a whole line within Discord's limit", () => {
    const line = '`openai/a-model-with-a-long-name`';
    const { value } = field('Models', Array.from({ length: 50 }, () => line).join('\n'));
    expect(value.length).toBeLessThanOrEqual(1024);
    expect(value.endsWith(`${line}\n…`)).toBe(true);
    expect(sections([{ name: 'One', value: 'x'.repeat(5000) }]).length).toBeLessThanOrEqual(4096);
  });
});

function balance(
  values: Partial<Omit<Balance, 'allowance'>> = {},
  allowance: Partial<Balance['allowance']> = {},
): Balance {
  return {
    allowance: { unit: 'micros', period: 'day', amount: 500_000, rule: 'role member', ...allowance },
    spent: 0,
    held: 0,
    overrun: 0,
    savings: { granted: 0, spent: 0, held: 0 },
    resetsAtMs,
    ...values,
  };
}

describe('an allowance', () => {
  it.each([
    ['untouched', balance(), true, 'All of **$0.50** left\nCredits: **$0.00**'],
    [
      'in use',
      balance({ spent: 120_000, held: 80_000, savings: { granted: 3_000_000, spent: 1_000_000, held: 500_000 } }),
      true,
      '▰▰▰▰▱▱▱▱▱▱\n**$0.30** of $0.50 left, resets <t:1800000000:R>\n$0.58 reserved for running requests\nCredits: **$1.50**',
    ],
    [
      'lowered below its use',
      balance({ spent: 600_000 }),
      true,
      '▰▰▰▰▰▰▰▰▰▰\n**$0.00** of $0.50 left, resets <t:1800000000:R>\nCredits: **$0.00**',
    ],
    [
      'overrun',
      balance({ spent: 300_000, overrun: 900_000, savings: { granted: 3_000_000, spent: 0, held: 0 } }),
      true,
      '▰▰▰▰▰▰▰▰▰▰\n**$0.00** of $0.50 left, resets <t:1800000000:R>\n$0.90 more than reserved: not charged, but counted until <t:1800000000:R>\nCredits: **$3.00**',
    ],
    ['without limit', balance({ spent: 120_000 }, { amount: null }), true, '$0.12 used, no limit\nCredits: **$0.00**'],
    ['of nothing', balance({}, { amount: 0 }), true, 'No allowance\nCredits: **$0.00**'],
    ['of another member', balance({ spent: 120_000 }), false, '$0.12 used\nCredits: **$0.00**'],
    [
      'of tokens',
      balance({ spent: 12_000 }, { unit: 'tokens', period: 'week', amount: 100_000 }),
      true,
      '▰▱▱▱▱▱▱▱▱▱\n**88,000** of 100,000 left, resets <t:1800000000:f>',
    ],
  ])('%s', (_what, given, own, expected) => {
    expect(allowanceField(given, own, t).value).toBe(expected);
  });

  it('is named by its unit and period', () => {
    expect(allowanceField(balance({}, { unit: 'tokens', period: 'week' }), true, t).name).toBe('Tokens this week');
  });
});

describe('the use of days', () => {
  const days = lastDays(14, Date.UTC(2026, 11, 3, 23, 59));

  it('covers fourteen, today last, across the end of a month', () => {
    expect(days).toHaveLength(14);
    expect([days[0], days[13]]).toEqual(['2026-11-20', '2026-12-03']);
  });

  it('is drawn as money, with the free allowance', () => {
    const chart = usageChart(
      days,
      [{ day: '2026-12-01', spent: { micros: 40_000 }, calls: { chat: 3 }, costs: {} }],
      500_000,
      t,
    );
    expect(chart.bars.map(({ values }) => values[0])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40_000, 0, 0]);
    expect(chart.bars.map(({ label }) => label).join(' ')).toBe('11-20 21 22 23 24 25 26 27 28 29 30 12-01 2 3');
    expect(chart).toMatchObject({ title: 'Spent by day', limit: { label: 'free a day', value: 500_000 } });
    expect(chart.format(40_000)).toBe('$0.04');
  });

  it('is drawn as generations where nothing cost anything', () => {
    const use = [{ day: '2026-12-03', spent: {}, calls: { chat: 3, images: 2 }, costs: {} }];
    const chart = usageChart(days, use, 500_000, t);
    expect(chart.bars.at(-1)?.values).toEqual([5]);
    expect(chart).toMatchObject({ title: 'Generations by day' });
    expect(chart.limit).toBeUndefined();
  });

  it('is counted by kind, most first', () => {
    const calls = { images: 2, chat: 1200, upscale: 1 };
    const day = { day: '', spent: {}, costs: { summary: 12_000 } };
    expect(generationsText({ ...day, calls }, texts, t)).toBe('answers 1,200 · pictures 2 · upscale 1');
    expect(generationsText({ ...day, calls: { ...calls, summary: 3 } }, texts, t)).toBe(
      'answers 1,200 · pictures 2 · upscale 1\n3 summaries of long conversations · $0.012',
    );
    expect(generationsText(undefined, texts, t)).toBe('none yet');
  });
});

const level = (holder: Level['limit']['holder'], cap: number, spent: number): Level => ({
  limit: { holder, unit: 'micros', period: 'day', cap, rule: `budget ${holder.kind}` },
  spent,
  held: 0,
  resetsAtMs,
});

describe('budgets', () => {
  const guild = { kind: 'guild', id: '5' } as const;

  it('are listed by scope, pauses first', () => {
    const embed = budgetEmbed(
      {
        pools: [
          {
            budget: { scope: guild, period: 'day', micros: 5_000_000, source: 'command' },
            level: { ...level(guild, 5_000_000, 1_500_000), held: 250_000 },
          },
        ],
        personal: [],
        pause: { scope: guild, reason: '$6.00 were spent in 5 minutes', sinceMs: 0, untilMs: resetsAtMs },
        downgrade: { at: 0.9, model: 'openai/gpt-6-luna' },
        mayResume: true,
      },
      t,
    );
    expect(embed.description).toBe(
      [
        '⏸ **Paused in this server**: $6.00 were spent in 5 minutes. Resumes <t:1800000000:R>.',
        '`/resume` ends a pause.',
        '',
        '**This server**',
        '▰▰▰▰▱▱▱▱▱▱ **$1.75** of $5.00 a day',
        'set by command · resets <t:1800000000:R> · $0.25 of it reserved',
        '',
        'Above 90%, **openai/gpt-6-luna** answers.',
      ].join('\n'),
    );
  });

  it('can be empty', () => {
    const nothing = { pools: [], personal: [], pause: undefined, downgrade: undefined, mayResume: false };
    expect(budgetEmbed(nothing, t).description).toBe('There is no budget here.');
  });
});

describe('limits', () => {
  const policy = {
    userId: '1',
    administrator: false,
    roles: ['everyone', 'member'],
    allows: { models: [{ pattern: 'openai/*', rule: 'role member' }] },
    only: { models: [{ patterns: ['openai/gpt-6-*'], rule: 'guild 5' }] },
    figures: { imageStorageMb: { value: 500, rule: 'role member' } },
  } as unknown as Policy;

  it('name the rule behind every figure', () => {
    const embed = limitsEmbed(
      {
        policy,
        rates: [
          { rate: { key: 'a', count: 10, periodMs: 60_000, rule: 'role everyone' }, left: 9, wholeAtMs: resetsAtMs },
          { rate: { key: 'b', count: 60, periodMs: 3_600_000, rule: 'role member' }, left: 60, wholeAtMs: 0 },
        ],
        balances: [balance()],
        levels: [level({ kind: 'guild', id: '5' }, 5_000_000, 4_000_000)],
        storedBytes: 45_200_000,
      },
      t,
    );
    expect(embed.description).toBe(
      [
        'Your roles: everyone, member',
        '',
        '**Requests**',
        '**9** of 10 a minute left',
        'role everyone · resets <t:1800000000:R>',
        '**60** of 60 an hour left',
        'role member',
        '',
        '**Free money today**',
        'All of **$0.50** left',
        'Credits: **$0.00**',
        'role member',
        '',
        '**Images kept**',
        '▰▱▱▱▱▱▱▱▱▱ **45.2** of 500 MB used',
        'role member',
        '',
        '**Further limits**',
        '▰▰▰▰▰▰▰▰▱▱ **$1.00** of $5.00 a day left · this server',
        'budget guild · resets <t:1800000000:R>',
        '',
        '**Models**',
        '`openai/*` · role member',
        'here only `openai/gpt-6-*` · guild 5',
      ].join('\n'),
    );
  });

  it("of the bot's owner are few", () => {
    const { description } = limitsEmbed(
      { policy: { ...policy, administrator: true }, rates: [], balances: [], levels: [], storedBytes: 0 },
      t,
    );
    expect(description).toContain("You are the bot's owner");
    expect(description).toContain('No limit');
    expect(description).toContain('every model');
  });
});

function hold(values: Partial<Hold>): Hold {
  return {
    key: 'k',
    request: 'chat/answer/1',
    step: 'answer',
    attempt: 0,
    terms: { payerId: '1', guildId: '5', channelId: '6', allowances: [], limits: [] },
    state: 'settled',
    ...{ held: {}, charged: {}, fromSavings: {}, refunded: {}, onInstance: {} },
    createdAtMs: 1_700_000_000_000,
    endedAtMs: null,
    facts: {},
    ...values,
  };
}

const admission = hold({ step: 'admission', state: 'released' });
const facts = {
  ...{ model: 'fake/b', asked: 'fake/a', exchanges: 3, estimated: true },
  ...{ inputTokens: 1200, outputTokens: 300, cachedInputTokens: 800, reasoningTokens: 0 },
};
const answer = hold({ held: { micros: 20_000 }, charged: { micros: 20_000 }, fromSavings: { micros: 5_000 }, facts });

function why(holds: Hold[], full: boolean, refusal?: UserError): string {
  const explanation: Explanation = {
    ...{ request: 'chat/answer/1', payerId: '1', guildId: '5', channelId: '6' },
    roles: ['member'],
    rules: ['role member'],
    holds,
    refusal,
  };
  const explain = (error: unknown) => (error as UserError).message;
  const { description, fields = [] } = whyEmbed(
    explanation,
    full,
    { texts: texts as NonNullable<typeof texts>, explain },
    t,
  );
  return [description, ...fields.map(({ name, value }) => `[${name}] ${value}`)].filter(Boolean).join('\n');
}

describe('why an answer is as it is', () => {
  it('is shown in full', () => {
    expect(why([admission, answer], true)).toBe(
      [
        'Asked <t:1700000000:R>',
        '[Model] **fake/b**',
        'you chose fake/a',
        '[Cost] **$0.02** · paid by <@1>',
        '$0.015 of it free · $0.005 from credits',
        'estimated, since the provider reported no usage',
        '[What it read] 3 earlier questions with their answers',
        '1,200 tokens read · 300 written',
        '800 of them from a cache',
        '[Allowed by] role member',
        'roles: member',
      ].join('\n'),
    );
  });

  it('is shown for a refusal, and to others without its reason', () => {
    const refusal = new UserError('refused.own.micros', 'You have $0.16 left.', {});
    const refused = '[Refused] You have $0.16 left.\nNo model was asked, and nothing was charged.';
    expect(why([admission], true, refusal)).toContain(refused);
    expect(why([admission], false, refusal)).toMatch(
      /^This answer is for .*\n\[Refused\] No model was asked, and nothing was charged\.$/,
    );
  });

  it('is shown to others with whose answer it is, and without its cost', () => {
    const whose = 'This answer is for <@1>. Only they and moderators can see its cost.';
    expect(why([admission, answer], false)).toBe(`${whose}\n[Model] **fake/b**`);
  });

  it('calls a cost of nothing no estimate', () => {
    expect(why([admission, { ...answer, charged: {}, fromSavings: {} }], true)).not.toContain('estimated');
  });

  it("lists the steps of an answer with several, and what the bot's owner paid", () => {
    const lost = hold({
      ...{ state: 'lost', held: { micros: 20_000 }, onInstance: { micros: 7_000 }, facts: { model: 'fake/a' } },
    });
    const text = why([admission, lost, answer], true);
    expect(text).toContain('[Model] **fake/b**');
    expect(text).toContain("$0.007 paid by the bot's owner");
    expect(text).toContain("[Steps] answer · fake/a · lost, paid by the bot's owner\nanswer · fake/b · $0.02");
  });

  it('says what was used beyond the reserved amount', () => {
    const held = { micros: 20_000 };
    const overrun = { ...answer, held, onInstance: { micros: 50_000 } };
    const text = why([admission, overrun], true);
    expect(text).toContain('**$0.02** · paid by <@1>');
    expect(text).toContain("$0.05 more than reserved: paid by the bot's owner, but counted in every budget");
    const lost = hold({ state: 'lost', held, onInstance: { micros: 70_000 }, facts });
    expect(why([admission, lost], true)).toContain("$0.02 paid by the bot's owner\n$0.05 more than reserved");
  });

  it('says what was refunded', () => {
    expect(why([{ ...answer, refunded: { micros: 20_000 } }], true)).toContain('**$0.00** · paid by <@1>');
  });

  it('is unknown before the first call', () => {
    const open = { ...admission, state: 'open' as const };
    expect(why([open], true)).toContain('[Model] still running\n[Cost] **nothing** · still running');
  });
});
