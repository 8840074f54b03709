import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it, vi } from 'vitest';
import { button } from '../testing/components.ts';
import { sharedBot } from '../testing/shared-bot.ts';

// Some run the whole program several times, which takes seconds each on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const launcher = join(import.meta.dirname, '../../bin/familiar.js');

/** Milo runs the bot, Olivia owns the server. */
const bot = sharedBot({
  otherModels: ['other-model'],
  yaml: ({ milo }) => `instance: { administrators: ['${milo.user.id}'] }`,
});

const textOf = ({ content, embeds }: APIMessage) =>
  [content, ...embeds.flatMap(({ title, description }) => [title, description])].join('\n');

/** Runs the program as a person would. */
async function audit(...args: string[]): Promise<string[]> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: bot.database.url, FAMILIAR_DATA_DIR: bot.dataDir };
  const run = promisify(execFile)(process.execPath, [launcher, 'audit', ...args], { cwd: bot.dataDir, env });
  return (await run).stdout.trim().split('\n');
}

describe('familiar audit', () => {
  it('tells who changed what from what to what, with names', async () => {
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

  it('tells why a member was refused, without what only chose the text', async () => {
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

  it('names nobody who deleted their data', async () => {
    const { db } = bot.database.postgres;
    const named = () => db.selectFrom('audit_name').select('user_id').where('user_id', '=', bot.bob.user.id).execute();
    expect(await named()).toHaveLength(1);
    await bot.bob.runs('privacy');
    const shown = await bot.bob.sees((message) => /What I store about you/.test(textOf(message)));
    await bot.bob.presses(shown, button(shown, 'Forget me'));
    const sure = await bot.bob.sees((message) => /Delete your data\?/.test(textOf(message)));
    await bot.bob.presses(sure, button(sure, 'Forget me for good'));
    await bot.idle();
    await expect.poll(named).toEqual([]);
    expect((await audit('--action', 'grant'))[0]).toContain('Milo gave a deleted member $5');
  });
});
