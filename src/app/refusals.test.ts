import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestBot } from '../testing/bot.ts';
import type { TestBot } from '../testing/bot.ts';

/** In #memes nothing but the commands for help, in #art no talking; threads are not named. */
function yaml(channels: ReadonlyMap<string, string>): string {
  const rules = {
    [channels.get('memes') ?? '']: { commands: ['help'] },
    [channels.get('art') ?? '']: { features: ['basics'] },
  };
  return `access: ${JSON.stringify({ channels: rules })}\n`;
}

let bot: TestBot;
let memesId: string;
beforeAll(async () => {
  bot = await startTestBot({
    yaml: (_people, { core }) => {
      const ids = new Map([...core.world.channels.values()].map(({ id, name }) => [name ?? '', id]));
      memesId = ids.get('memes') ?? '';
      return yaml(ids);
    },
  });
});
afterAll(() => bot.close());

const refusal = () => `This command is switched off here (channel ${memesId})`;

it('what a channel takes is taken in its threads too, and refusals are recorded', async () => {
  const { alice } = bot;
  const thread = await alice.opensThread(await alice.says('#memes', 'look at this'), 'About this');
  await alice.until('the thread', () => alice.view.channels.get(thread.id) ?? null);
  await alice.says(thread.id, '!ping');
  expect((await alice.sees(refusal())).channel_id).toBe(thread.id);
  await alice.runs('ping', {}, { in: thread.id });
  await alice.sees(refusal(), { in: thread.id });
  await alice.runs('ping', {}, { in: 'general' });
  await alice.sees(/Pong!/);

  const recorded = bot.database.postgres.db.selectFrom('audit_entry').selectAll();
  await expect
    .poll(() => recorded.execute())
    .toMatchObject([
      {
        actor_id: alice.user.id,
        outcome: 'refused',
        channel_id: thread.id,
        reason: 'refused.tightened.commands',
        details: { kind: 'command', feature: 'basics', name: 'ping', rule: `channel ${memesId}` },
      },
    ]);
});

it('where a feature is switched off, talking to it is refused with the reason', async () => {
  await bot.alice.says('#art', `<@${bot.app.discord.self.userId}> hello`);
  const answer = await bot.alice.sees(/This part of me \(`chat`\) is switched off here/);
  expect(answer.content).toContain('It may work in another channel');
});
