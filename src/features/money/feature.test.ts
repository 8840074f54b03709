import type { APIMessage } from 'discord-api-types/v10';
import { MessageFlags } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { budgetsSchema } from '../../platform/config/budgets-schema.ts';
import { openBudgets } from '../../services/budgets/index.ts';
import { openSettings } from '../../services/settings/index.ts';
import { recorded } from '../../testing/audit.ts';
import { startTestBot } from '../../testing/bot.ts';
import type { TestBot } from '../../testing/bot.ts';

let bot: TestBot;
let guildId: string;
/** Milo is the bot's owner, Olivia owns the server, Alice and Bob are members. */
beforeAll(async () => {
  bot = await startTestBot({
    yaml: ({ milo }) => `
instance: { administrators: [${milo.user.id}] }
budgets: { guild: { monthUsd: 50 } }
access:
  roles:
    member: { requestsPerMinute: 100, requestsPerHour: null, dailyFreeUsd: 0.5, tokensPerWeek: 100000 }
`,
  });
  guildId = [...bot.emulator.core.world.guilds.values()][0]?.id ?? '';
});
afterAll(() => bot.close());

/** Everything that a person reads in a message. */
function read(message: APIMessage): string {
  const embeds = message.embeds.flatMap(({ title, description, fields = [] }) => [
    title,
    description,
    ...fields.flatMap(({ name, value }) => [name, value]),
  ]);
  return [message.content, ...embeds].filter((text) => text !== undefined && text !== '').join('\n');
}

const reading = (match: RegExp) => (message: APIMessage) => match.test(read(message));
const isEphemeral = ({ flags }: APIMessage) => ((flags ?? 0) & MessageFlags.Ephemeral) !== 0;

async function answered(question: string, text: string): Promise<APIMessage> {
  bot.providers.answer(question, { text, usage: { inputTokens: 1000, outputTokens: 200, cachedInputTokens: 0 } });
  await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> ${question}`);
  const answer = await bot.alice.sees(text);
  await bot.idle();
  return answer;
}

describe('prices', () => {
  it("are shown, set, recorded and reset by the bot's owner", async () => {
    await bot.milo.runs('set-price', { name: 'fake/test-model' });
    await bot.milo.sees(reading(/fake\/test-model\nNow: .*costs nothing/));
    await bot.milo.runs('set-price', { name: 'test-model', price: '10/50' });
    const set = await bot.milo.sees(
      reading(/Now: \*\*\$10\.00 in · \$50\.00 out, per million tokens\*\* · set by command/),
    );
    expect(read(set)).toMatch(/Before: .*costs nothing/);
    expect((await recorded(bot, { action: 'set-price' })).at(-1)).toMatchObject({
      actorId: bot.milo.user.id,
      targetId: 'fake/test-model',
      details: { after: { inputPerMillion: 10, outputPerMillion: 50 } },
    });
    await bot.milo.says('#general', '!set-price edit: 0.05');
    await bot.milo.sees(reading(/edit:\nNow: \*\*\$0\.05 a picture\*\*/));
    await bot.milo.runs('set-price', { name: 'edit:', price: 'default' });
    await bot.milo.sees(reading(/Now: \*\*\$0\.04 a picture\*\*.*\nBefore: \*\*\$0\.05/));
  });

  it.each([
    ['test-model', '5', /two prices/],
    ['test-model', '-1/2', /isn't a price/],
    ['test-model', 'cheap', /isn't a price/],
    ['test-model', '99999/1', /from \$0 to \$10000/],
    ['edit:', '1/2', /don't know a chat model `edit:`/],
    ['dream', '0.05', /don't know a model or an image prefix `dream`/],
  ])('of %s cannot be %s', async (name, price, refusal) => {
    await bot.milo.runs('set-price', { name, price });
    await bot.milo.sees(refusal);
  });

  it('are suggested by name, and only the owner can set them', async () => {
    expect(await bot.milo.completes('set-price', { name: 'test' }, 'name')).toEqual([
      { name: 'fake/test-model', value: 'fake/test-model' },
    ]);
    await bot.olivia.runs('set-price', { name: 'test-model', price: '0/0' });
    await bot.olivia.sees(/Only the bot's owner/);
  });
});

describe('the cost of an answer', () => {
  let answer: APIMessage;
  beforeAll(async () => {
    await bot.milo.runs('set-price', { name: 'test-model', price: '10/50' });
    answer = await answered('what is dear', 'Gold, mostly.');
  });

  it('is explained in full to the asker and to moderators, in part to others', async () => {
    await bot.alice.picks('Why this answer?', answer);
    const full = await bot.alice.sees(reading(/Why this answer\?/));
    expect(isEphemeral(full)).toBe(true);
    expect(read(full)).toContain('**fake/test-model**');
    expect(read(full)).toContain(`**$0.02** · paid by <@${bot.alice.user.id}>`);
    expect(read(full)).toContain('1,000 tokens read · 200 written');
    await bot.olivia.runs('why', {
      message: `https://discord.com/channels/${guildId}/${answer.channel_id}/${answer.id}`,
    });
    expect(read(await bot.olivia.sees(reading(/Why this answer\?/)))).toContain('paid by');
    await bot.bob.runs('why', { message: answer.id });
    const part = read(await bot.bob.sees(reading(/Why this answer\?/)));
    const whose = `This answer is for <@${bot.alice.user.id}>. Only they and moderators can see its cost.`;
    expect(part).toBe(`Why this answer?\n${whose}\nModel\n**fake/test-model**`);
  });

  it('is explained to a reply with the prefix', async () => {
    await bot.alice.says('#general', '!why', { replyTo: answer });
    await bot.alice.sees(reading(/Why this answer\?[\s\S]*paid by/));
  });

  it('is explained for the last answer when no message is named', async () => {
    await bot.alice.runs('why');
    expect(read(await bot.alice.sees(reading(/Why this answer\?/)))).toContain('**$0.02** · paid by');
  });

  it('is unknown for other messages, from elsewhere, and where nothing was answered', async () => {
    const other = await bot.bob.says('#general', 'I said this');
    await bot.alice.picks('Why this answer?', other);
    await bot.alice.sees(/I know nothing about that message/);
    const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    await bot.alice.runs('why', { message: answer.id }, { in: id });
    await bot.alice.sees(/I know nothing about that message/, { in: id });
    await bot.alice.runs('why', {}, { in: id });
    await bot.alice.sees(/I haven't answered here lately/, { in: id });
    await bot.alice.runs('why', { message: 'that one' });
    await bot.alice.sees(/“that one” isn't a link/);
  });

  it('shows in usage, with a chart', async () => {
    await bot.alice.runs('usage');
    const usage = await bot.alice.sees(reading(/What you used/));
    expect(read(usage)).toMatch(/Spent today\n\*\*\$0\.02\*\*/);
    expect(read(usage)).toMatch(/Free money today\n▰▱{9}\n\*\*\$0\.48\*\* of \$0\.50 left, resets <t:\d+:R>/);
    expect(read(usage)).toContain('**98,800** of 100,000 left');
    expect(read(usage)).toContain('answers 1');
    const picture = await fetch(usage.embeds[0]?.image?.url ?? '');
    expect(
      Buffer.from(await picture.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    await bot.bob.runs('usage');
    const nothing = await bot.bob.sees(reading(/What you used/));
    expect(nothing.embeds[0]?.image).toBeUndefined();
    expect(read(nothing)).toContain('none yet');
  });
});

describe('credits', () => {
  it('are given and removed, recorded, and reported to the member', async () => {
    await bot.milo.runs('grant', { user: bot.bob.user.id, amount: '$5', reason: 'for the logo' });
    await bot.milo.sees(reading(/Gave <@\d+> \*\*\$5\.00\*\* of credits\.\n\$0\.00 → \*\*\$5\.00\*\*/));
    await bot.bob.sees(/You were given \*\*\$5\.00\*\* of credits[\s\S]*Reason: for the logo/);
    expect((await recorded(bot, { action: 'grant' })).at(-1)).toMatchObject({
      targetId: bot.bob.user.id,
      reason: 'for the logo',
      details: { unit: 'micros', amount: 5_000_000, before: 0, after: 5_000_000 },
    });
    await bot.milo.runs('grant', { user: bot.bob.user.id, amount: '-5.01' });
    await bot.milo.sees(/You can remove at most \*\*\$5\.00\*\*/);
    await bot.milo.says('#general', `!grant ${bot.bob.user.id} -2 too much`);
    await bot.milo.sees(reading(/Took \*\*\$2\.00\*\*.*\n\$5\.00 → \*\*\$3\.00\*\*/));
    await bot.bob.runs('balance');
    await bot.bob.sees(reading(/Credits: \*\*\$3\.00\*\*/));
    await bot.milo.runs('grant', { user: bot.bob.user.id, amount: 'lots' });
    await bot.milo.sees(/“lots” isn't an amount/);
    await bot.milo.runs('grant', { user: bot.app.discord.self.userId, amount: '5' });
    await bot.milo.sees(/can't use credits myself/);
  });

  it('are listed with charges and what was left, newest first', async () => {
    await bot.bob.runs('balance');
    const own = read(await bot.bob.sees(reading(/Last transactions/)));
    expect(own.split('Last transactions**\n')[1]?.split('\n')).toEqual([
      expect.stringMatching(/^<t:\d+:R> · credits taken · \*\*−\$2\.00\*\* · \$3\.00 left$/),
      expect.stringMatching(/^<t:\d+:R> · credits given · \*\*\+\$5\.00\*\* · \$5\.00 left$/),
    ]);
    await bot.alice.runs('balance');
    const charged = read(await bot.alice.sees(reading(/Last transactions/)));
    expect(charged).toMatch(/<t:\d+:R> · answer · `fake\/test-model` · \*\*−\$0\.02\*\* · \$0\.48 left/);
    await bot.olivia.runs('balance');
    await bot.olivia.sees(reading(/Last transactions\*\*\nnone yet/));
  });

  it('may be tokens', async () => {
    await bot.milo.runs('grant-tokens', { user: bot.bob.user.id, amount: 5000 });
    await bot.milo.sees(reading(/\*\*5,000\*\* bonus tokens/));
    await bot.bob.runs('usage');
    await bot.bob.sees(reading(/Bonus: \*\*5,000\*\*/));
  });

  it("of others are shown to the bot's owner only", async () => {
    await bot.alice.runs('balance', { user: bot.bob.user.id });
    await bot.alice.sees(/Only the bot's owner can see another member's account/);
    await bot.milo.runs('balance', { user: bot.bob.user.id });
    const balance = read(await bot.milo.sees(reading(/Balance of/)));
    expect(balance).toContain('Credits: **$3.00**');
    expect(balance, 'roles of others are unknown').not.toMatch(/left, resets|All of/);
    await bot.olivia.runs('grant', { user: bot.olivia.user.id, amount: '5' });
    await bot.olivia.sees(/Only the bot's owner/);
  });
});

describe('summaries', () => {
  it('are counted separately from answers, with their cost', async () => {
    const room = await bot.newChannel();
    for (const question of ['first things', 'second things']) {
      await bot.olivia.says(room, `<@${bot.app.discord.self.userId}> ${question}`);
      await bot.olivia.sees(new RegExp(`^You said: .*${question}`), { in: room });
    }
    const usage = { inputTokens: 1000, outputTokens: 40, cachedInputTokens: 0 };
    bot.providers.answer(({ body }) => JSON.stringify(body).includes('Write a summary'), { text: 'Things.', usage });
    await bot.olivia.runs('summary', { action: 'make' }, { in: room });
    await bot.olivia.sees(reading(/Things\./), { in: room });
    await bot.idle();
    await bot.olivia.runs('usage');
    expect(read(await bot.olivia.sees(reading(/What you used/)))).toContain(
      'answers 2\none summary of a long conversation · $0.012',
    );
  });
});

describe('the daily allowance', () => {
  it("is shown, set at once, and reset by the bot's owner", async () => {
    await bot.olivia.runs('set-allowance', { amount: '5' });
    await bot.olivia.sees(/Only the bot's owner can use this/);
    await bot.milo.runs('set-allowance');
    await bot.milo.sees(
      reading(/Everyone has \*\*\$0\.50\*\* of free money per day\.\nIt comes from `familiar\.yaml`/),
    );
    await bot.milo.runs('set-allowance', { amount: '0.75' });
    await bot.milo.sees(reading(/has \*\*\$0\.75\*\*.*\nThis command set it\..*\nBefore: \$0\.50/));
    await bot.bob.runs('balance');
    await bot.bob.sees(reading(/All of \*\*\$0\.75\*\* left/));
    await bot.bob.runs('limits');
    await bot.bob.sees(reading(/role member, set by command/));
    expect((await recorded(bot, { action: 'set-allowance' })).at(-1)).toMatchObject({
      actorId: bot.milo.user.id,
      details: { before: 500_000, after: 750_000, micros: 750_000 },
    });
    await bot.milo.says('#general', '!set-allowance default');
    await bot.milo.sees(reading(/has \*\*\$0\.50\*\*.*\nIt comes from/));
    await bot.milo.runs('set-allowance', { amount: 'default' });
    await bot.milo.sees(/This command has set nothing/);
  });
});

describe('budgets', () => {
  it('by prefix ask for the scope when several are possible, under the old name too', async () => {
    const room = await bot.newChannel();
    await bot.milo.says(room, '!set_budget 5');
    const asked = read(await bot.milo.sees(/What is 5 for\?/, { in: room }));
    expect(asked).toContain('`!set-budget 5 month me` · you alone, a month');
    expect(asked).toContain('`!set-budget 5 month server` · this server, a month');
    expect(asked).toContain('`!set-budget 5 month everywhere`');
    expect(asked).toContain("`!set-allowance 5` · everyone's free money per day");
    await bot.bob.says(room, '!set-budget 5');
    await bot.bob.sees(reading(/You: at most \*\*\$5\.00\*\* a month/), { in: room });
    await bot.bob.says(room, '!set-budget off');
    await bot.bob.sees(reading(/I removed your monthly cap\./), { in: room });
    expect(await recorded(bot, { action: 'set-budget' })).toEqual([]);
  });

  it('are set by their owners, and lowered by a server', async () => {
    await bot.alice.runs('set-budget', { amount: '3', scope: 'server' });
    await bot.alice.sees(/Only people who can manage this server/);
    await bot.alice.runs('set-budget', { amount: '3', scope: 'everywhere' });
    await bot.alice.sees(/Only the bot's owner can cap spending everywhere/);
    await bot.olivia.runs('set-budget', { amount: '60' });
    await bot.olivia.sees(/at most \*\*\$50\.00\*\*/);
    await bot.olivia.runs('set-budget', { amount: '10' });
    await bot.olivia.sees(
      reading(
        /This server: at most \*\*\$10\.00\*\* a month\.[\s\S]*of \$10\.00 a month\nset by this server · resets <t:\d+:f>\nYou chose no scope, so I used: This server\./,
      ),
    );
    expect((await recorded(bot, { action: 'set-budget' })).at(-1)).toMatchObject({
      details: { scope: 'guild', by: 'guild', before: 50_000_000, after: 10_000_000 },
    });
    await bot.milo.runs('set-budget', { amount: '80', scope: 'server' });
    await bot.milo.sees(reading(/The server's own lower budget applies\.[\s\S]*\$10\.00 a month/));
    await bot.olivia.runs('set-budget', { amount: 'off' });
    await bot.olivia.sees(reading(/I removed the monthly cap[\s\S]*of \$80\.00 a month\nset by command/));
  });

  it('show what applies here, with the use and the source', async () => {
    await bot.alice.runs('set-budget', { amount: '0.4', period: 'day' });
    await bot.alice.sees(reading(/You: at most \*\*\$0\.40\*\* a day/));
    await bot.alice.says(await bot.newChannel(), '!budget');
    const budget = read(await bot.alice.sees(reading(/Budgets here/)));
    expect(budget).toMatch(
      /\*\*This server\*\*\n▰▱{9} \*\*\$0\.035\*\* of \$80\.00 a month\nset by command · resets <t:\d+:f>/,
    );
    expect(budget).toMatch(/\*\*Your own cap\*\*\n▰▱{9} \*\*\$0\.02\*\* of \$0\.40 a day\nset by you/);
    expect((await recorded(bot, { action: 'set-budget' })).every(({ actorId }) => actorId !== bot.alice.user.id)).toBe(
      true,
    );
  });

  it('can be for a channel of this server', async () => {
    const { id } = bot.olivia.channel('memes');
    await bot.olivia.runs('set-budget', { amount: '1', channel: id, period: 'week' });
    await bot.olivia.sees(reading(new RegExp(`<#${id}>: at most \\*\\*\\$1\\.00\\*\\* a week`)));
    await bot.bob.runs('budget', {}, { in: 'memes' });
    await bot.bob.sees(reading(/\$1\.00 a week/));
    await bot.olivia.runs('set-budget', { amount: '-1' });
    await bot.olivia.sees(/isn't an amount/);
  });
});

describe('a pause', () => {
  it('is shown to and ended by server managers', async () => {
    const settings = await openSettings(bot.database.postgres);
    const budgets = openBudgets({ config: budgetsSchema.parse({}), settings, clock: systemClock });
    const [sinceMs, untilMs] = [systemClock.now(), systemClock.now() + 600_000];
    await budgets.pause({ scope: { kind: 'guild', id: guildId }, reason: '$6.00 were spent', sinceMs, untilMs });
    await settings.close();
    await expect
      .poll(
        async () => {
          await bot.bob.runs('budget');
          return read(await bot.bob.sees(reading(/Budgets here/)));
        },
        { timeout: 10_000 },
      )
      .toMatch(/Paused in this server\*\*: \$6\.00 were spent/);
    await expect(bot.bob.runs('resume')).rejects.toThrow(/offered no command/);
    await bot.olivia.runs('resume');
    await bot.olivia.sees(/The pause of this server is over/);
    expect((await recorded(bot, { action: 'resume' })).at(-1)).toMatchObject({ actorId: bot.olivia.user.id, guildId });
    await bot.olivia.runs('resume');
    await bot.olivia.sees(/Nothing is paused here/);
  });
});

describe('the limits', () => {
  it('show every figure with its rule and what is left', async () => {
    await bot.alice.runs('limits');
    const limits = read(await bot.alice.sees(reading(/Your limits here/)));
    expect(limits).toMatch(/\*\*Requests\*\*\n\*\*\d+\*\* of 100 a minute left\nrole member/);
    expect(limits).toMatch(/\*\*Free money today\*\*[\s\S]*role member/);
    expect(limits).toMatch(/left · you\npersonal cap/);
    expect(limits).toMatch(/left · this server\nbudget guild/);
    expect(limits).toContain('**Models**');
    await bot.milo.runs('limits');
    await bot.milo.sees(reading(/You are the bot's owner/));
  });
});

it('/why is about the last answer to the caller, where somebody else was answered since', async () => {
  const room = await bot.newChannel();
  const asks = async (person: TestBot['alice'], words: string) => {
    bot.providers.answer(words, { text: `About ${words}.` });
    await person.says(room, `<@${bot.app.discord.self.userId}> ${words}`);
    await person.sees(`About ${words}.`, { in: room });
    await bot.idle();
  };
  await asks(bot.alice, 'silver');
  await bot.bob.runs('why', {}, { in: room });
  expect(read(await bot.bob.sees(reading(/Why this answer\?/), { in: room }))).toContain(
    `is for <@${bot.alice.user.id}>`,
  );
  await asks(bot.bob, 'bronze');
  await bot.alice.runs('why', {}, { in: room });
  expect(read(await bot.alice.sees(reading(/Why this answer\?/), { in: room }))).toContain(
    `paid by <@${bot.alice.user.id}>`,
  );
});
