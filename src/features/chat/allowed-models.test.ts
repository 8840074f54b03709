import { expect, it } from 'vitest';
import { recorded } from '../../testing/audit.ts';
import { sharedBot } from '../../testing/shared-bot.ts';

const yaml = `
models: { default: fake/small, findOllama: false }
providers:
  fake:
    type: openai-compatible
    baseUrl: http://127.0.0.1:9/v1
    apiKeys: [test-key]
    models:
      - { name: small, prices: { inputPerMillion: 0.15, outputPerMillion: 0.625 } }
      - { name: large }
      - { name: gift, prices: { inputPerMillion: 0, outputPerMillion: 0 } }
access:
  roles:
    member: { models: [fake/small, fake/gift] }
    staff: { permissions: [ManageMessages], models: [fake/*] }
`;

const bot = sharedBot({ yaml });

it('members see and choose only the models of their roles', async () => {
  const { alice, milo } = bot;
  await alice.runs('models');
  const shown = await alice.sees((message) => message.embeds[0]?.title === 'Models you can use here');
  const lines = (shown.embeds[0]?.description ?? '').split('\n');
  expect(lines).toEqual([
    '**fake/small** answers you here.',
    '',
    expect.stringMatching(/^\*\*fake\/gift\*\* · free · /),
    expect.stringMatching(/^▸ \*\*fake\/small\*\* · \$0\.15 in, \$0\.625 out · /),
    '',
    "-# You can't use one other model here.",
  ]);
  expect(shown.embeds[0]?.footer?.text).toBe('Prices are per million tokens. Choose with /model.');
  expect(shown.embeds[0]?.description).not.toContain('fake/large');
  const offered = async (person: typeof alice) =>
    (await person.completes('model', { name: 'l' }, 'name')).map(({ name }) => name);
  expect(await offered(alice)).toEqual(['fake/small', 'default']);
  expect(await offered(milo)).toEqual(['fake/small', 'fake/large', 'default']);

  await alice.runs('model', { name: 'large' });
  await alice.sees(/Your roles don't allow \*\*fake\/large\*\* here/);
  await milo.runs('model', { name: 'large' });
  await milo.sees(/\*\*fake\/large\*\* now answers you/);
  await expect
    .poll(() => recorded(bot, {}))
    .toMatchObject([{ actorId: alice.user.id, reason: 'refused.policy.models', targetId: 'fake/large' }]);
});
