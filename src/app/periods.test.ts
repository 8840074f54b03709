import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { periods } from '../kernel/calendar.ts';
import { loadTexts } from '../platform/texts/index.ts';

describe('a refusal', () => {
  it.each(periods.map((period) => [period]))('says the %s as people do', (period) => {
    const texts = loadTexts([{ name: 'app', folder: join(import.meta.dirname, 'locales') }], 'en').get('app');
    const said = texts?.in(undefined)('refused.pool.guild', { cap: '$5.00', period, reset: 'soon' });
    const words = { day: 'for today', week: 'for this week', month: 'for this month' };
    expect(said).toContain(`budget ${words[period]} ($5.00) is used up`);
  });
});
