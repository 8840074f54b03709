import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { forgets } from '../testing/forgets.ts';
import { sharedBot } from '../testing/shared-bot.ts';
import { tablesWith } from '../testing/stored.ts';

// Some run the whole program several times, which takes seconds each on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const launcher = join(import.meta.dirname, '../../bin/familiar.js');

/** Milo runs the bot, Olivia owns the server. */
const bot = sharedBot({
  otherModels: ['other-model'],
  yaml: ({ milo }) => `instance: { administrators: ['${milo.user.id}'] }`,
});

/** Runs the program as a person would. */
async function audit(...args: string[]): Promise<string[]> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: bot.database.url, FAMILIAR_DATA_DIR: bot.dataDir };
  const run = promisify(execFile)(process.execPath, [launcher, 'audit', ...args], { cwd: bot.dataDir, env });
  return (await run).stdout.trim().split('\n');
}

describe('familiar audit', () => {
  it('names who changed a setting, with the value before and after', async () => {
    await bot.olivia.runs('listen', { everything: true });
    await bot.olivia.runs('server-model', { name: 'fake/other-model' });
    await bot.olivia.runs('server-model', { name: 'default' });
    await bot.olivia.runs('set-budget', { amount: '5', scope: 'channel' });
    await bot.olivia.runs('set-budget', { amount: '2', scope: 'channel' });
    await bot.milo.runs('grant', { user: bot.bob.user.id, amount: '5', reason: 'won' });
    await bot.idle();
    const server = [...bot.emulator.core.world.guilds.values()][0]?.name ?? '';
    const told = (await audit()).map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d /, ''));
    expect(told.slice(0, 6)).toEqual([
      'Olivia set answers in #general from what is addressed to the bot to everything.',
      `Olivia set the model of ${server} from fake/test-model to fake/other-model (in #general).`,
      `Olivia reset the model of ${server} from fake/other-model to fake/test-model (in #general).`,
      'Olivia set the monthly budget of #general from no limit to $5.',
      'Olivia set the monthly budget of #general from $5 to $2.',
      `Milo gave Bob $5 of credits ($0 → $5) (in #general of ${server}). Reason: won.`,
    ]);
  });

  it('says why a member was refused', async () => {
    await bot.alice.says('#general', '!listen yes');
    await bot.alice.sees(/Only people who can manage this server/);
    await bot.idle();
    await expect
      .poll(() => audit('--refused'), { timeout: 30_000 })
      .toEqual([
        expect.stringMatching(/ Alice was refused \/listen: only people who can manage this server can use it/),
      ]);
    const [json] = await audit('--refused', '--json');
    expect(JSON.parse(json ?? '')).toMatchObject({ actorId: bot.alice.user.id, reason: 'errors.not-allowed' });
  });

  it('has no name of a member who deleted their data', async () => {
    expect(await tablesWith(bot, bot.bob.user.id)).not.toEqual([]);
    await forgets(bot.bob);
    await bot.idle();
    await expect.poll(() => tablesWith(bot, bot.bob.user.id)).toEqual([]);
    expect((await audit('--action', 'grant'))[0]).toContain('Milo gave a deleted member $5');
  });
});
