import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'familiar-budgets-'));
afterAll(() => rmSync(folder, { recursive: true }));

function budgets(yaml: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(folder, 'familiar.yaml'), `budgets:\n${yaml}`);
  return loadConfig({ env, folder }).budgets;
}

describe('the settings of budgets', () => {
  it('cap nothing by themselves, warn on the way and stop what runs away', () => {
    const { instance, guild, guilds, channels, warnAt, downgrade, breaker } = budgets('  {}');
    expect({ instance, guild, guilds, channels, downgrade }).toEqual({
      instance: {},
      guild: {},
      guilds: {},
      channels: {},
      downgrade: undefined,
    });
    expect(warnAt).toEqual([0.5, 0.8, 1]);
    expect(breaker).toMatchObject({ windowMinutes: 5, guildUsd: 5, instanceUsd: 20, pauseMinutes: 30 });
  });

  it('take ids without quotes for exactly what was written', () => {
    expect(Object.keys(budgets('  guilds:\n    123456789012345677: { dayUsd: 1 }').guilds)).toEqual([
      '123456789012345677',
    ]);
  });

  it('take figures of the environment, sort the shares and switch a rule off by null', () => {
    const read = budgets('  instance: { dayUsd: "${CAP}" }\n  warnAt: [1, 0.5, 1]\n  breaker: { guildUsd: null }', {
      CAP: '2.50',
    });
    expect(read.instance.dayUsd).toBe(2.5);
    expect(read.warnAt).toEqual([0.5, 1]);
    expect(read.breaker.guildUsd).toBeNull();
  });

  it.each([
    ['  instance: { dayUsd: -1 }', /2:23 +budgets\.instance\.dayUsd: -1 is not allowed\. Allowed: US dollars/],
    ['  instance: { dayUsd: .inf }', /budgets\.instance\.dayUsd: .* is not allowed/],
    ['  instance: { dayUsd: 5000000 }', /Allowed: US dollars from 0 to 1000000/],
    ['  guild: { wekUsd: 1 }', /budgets\.guild\.wekUsd: unknown setting\. Did you mean weekUsd\?/],
    ['  guilds: { abc: { dayUsd: 1 } }', /budgets\.guilds\.abc: this name is not allowed/],
    ['  warnAt: [80]', /budgets\.warnAt\.0: 80 is not allowed\. Allowed: a share/],
    ['  breaker: { windowMinutes: 0 }', /budgets\.breaker\.windowMinutes: 0 is not allowed/],
    ['  downgrade: { model: nowhere/small }', /budgets\.downgrade\.model: "nowhere\/small" names a provider/],
  ])('refuse %j with its place', (yaml, message) => {
    expect(() => budgets(yaml)).toThrow(message);
  });
});
