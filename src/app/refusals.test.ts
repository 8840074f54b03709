import { afterAll, beforeAll, expect, it } from 'vitest';
import { recorded } from '../testing/audit.ts';
import { startTestBot } from '../testing/bot.ts';
import type { TestBot } from '../testing/bot.ts';
import { button, buttons } from '../testing/components.ts';

/** In #memes nothing but the commands for help, in #art no talking; threads are not named. */
function yaml(channels: ReadonlyMap<string, string>): string {
  const rules = {
    [channels.get('memes') ?? '']: { commands: ['help'] },
    [channels.get('art') ?? '']: { features: ['basics'] },
    [channels.get('bot-chat') ?? '']: { models: ['fake/another'] },
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

it('a restriction of a channel applies in its threads, and refusals are recorded', async () => {
  const { alice } = bot;
  const thread = await alice.opensThread(await alice.says('#memes', 'look at this'), 'About this');
  await alice.until('the thread', () => alice.view.channels.get(thread.id) ?? null);
  await alice.says(thread.id, '!ping');
  expect((await alice.sees(refusal())).channel_id).toBe(thread.id);
  await alice.runs('ping', {}, { in: thread.id });
  await alice.sees(refusal(), { in: thread.id });
  await alice.runs('ping', {}, { in: 'general' });
  await alice.sees(/Pong!/);

  await expect
    .poll(() => recorded(bot, {}))
    .toMatchObject([
      {
        actorId: alice.user.id,
        outcome: 'refused',
        channelId: thread.id,
        reason: 'refused.tightened.commands',
        details: { kind: 'command', feature: 'basics', name: 'ping', rule: `channel ${memesId}` },
      },
    ]);
});

const refusedFor = (reason: string) =>
  expect.poll(async () => {
    const entries = await recorded(bot, { outcome: 'refused' });
    return entries.flatMap((one) => (one.reason === reason ? [{ actorId: one.actorId, targetId: one.targetId }] : []));
  });

it('a recorded refusal names the target: a member or a model', async () => {
  const { alice, bob } = bot;
  const target = { actorId: alice.user.id, targetId: bob.user.id };
  await alice.runs('grant', { user: bob.user.id, amount: '1' });
  await alice.sees(/Only .* can use this/);
  await refusedFor('errors.not-allowed').toEqual([target]);
  await alice.says('#memes', `!clear <@${bob.user.id}>`);
  await alice.sees(refusal());
  await alice.picks('Explain', await bob.says('#memes', 'explain me'));
  await alice.sees(refusal());
  await refusedFor('refused.tightened.commands').toContainEqual(target);
  await alice.says('#bot-chat', `<@${bot.app.discord.self.userId}> hello`);
  await alice.sees(/\*\*fake\/test-model\*\* is switched off here/);
  await refusedFor('refused.tightened.models').toEqual([{ actorId: alice.user.id, targetId: 'fake/test-model' }]);
});

it('no restriction applies to /privacy', async () => {
  await bot.bob.runs('privacy', {}, { in: 'art' });
  const shown = await bot.bob.sees((message) => message.embeds[0]?.title === 'What I store about you');
  await bot.bob.presses(shown, button(shown, "Don't read me"));
  await bot.bob.sees(
    (message) => message.id === shown.id && buttons(message).some(({ label }) => label === 'You may read me'),
  );
  await bot.bob.says('art', '!retention 1');
  await bot.bob.sees(/Only people who can manage this server/);
});

it('a mention is refused with the reason where chat is switched off', async () => {
  await bot.alice.says('#art', `<@${bot.app.discord.self.userId}> hello`);
  const answer = await bot.alice.sees(/This part of me \(`chat`\) is switched off here/);
  expect(answer.content).toContain('It may work in another channel');
});
