import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlayground, type Playground } from '../testing/client.ts';
import { connectPerson } from '../testing/person.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

/**
 * Requests word for word as libraries in other languages write them, with null where Go has empty lists, numbers where
 * Python has ids and strings where Java has enumerations.
 */

let playground: Playground;
let messages: string;
let commands: string;
let alice: string;

beforeAll(async () => {
  playground = await startPlayground();
  messages = `/channels/${playground.channelId('general')}/messages`;
  commands = `/applications/${playground.botUserId}/guilds/${playground.guildId}/commands`;
  alice = playground.userId('alice');
});
afterAll(() => playground.close());

async function send(method: string, path: string, text: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${playground.emulator.origin}/api/v9${path}`, {
    method,
    headers: {
      authorization: `Bot ${playground.state.application?.botToken ?? ''}`,
      'content-type': 'application/json',
      'user-agent': 'DiscordBot (https://github.com/bwmarrin/discordgo, v0.29.0)',
    },
    body: text,
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${String(response.status)}: ${body}`);
  return body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
}

describe('messages', () => {
  it.each([
    ['discordgo', '{"content":"x","embeds":null,"tts":false,"components":null,"sticker_ids":null}'],
    [
      'discordgo without mentions',
      '{"content":"x","embeds":[],"tts":false,"components":[],"allowed_mentions":{"parse":null,"replied_user":false},"sticker_ids":null}',
    ],
    ['discord.py', '{"content": "x", "tts": false, "allowed_mentions": {"parse": ["users"], "replied_user": true}}'],
    [
      'discord.py with a nonce',
      '{"content": "x", "nonce": "1234567890123456789", "enforce_nonce": true, "tts": false}',
    ],
    [
      'JDA',
      '{"content":"x","poll":null,"embeds":[],"components":[],"tts":false,"flags":0,"allowed_mentions":{"users":[],"roles":[],"replied_user":true,"parse":["roles","everyone","users"]}}',
    ],
  ])('are taken as %s writes them', async (_library, text) => {
    const { id, content } = await send('POST', messages, text);
    expect(content).toBe('x');
    const edited = await send('PATCH', `${messages}/${String(id)}`, '{"content":"y","ID":"1","Channel":"2"}');
    expect(edited['content']).toBe('y');
  });

  it('carry components as discordgo writes them', async () => {
    const button = '{"label":"","style":1,"disabled":false,"emoji":{"name":"👍"},"custom_id":"a","type":2}';
    const menu =
      '{"custom_id":"b","placeholder":"","options":[{"label":"A","value":"a","description":"","default":false}],"disabled":false,"type":3}';
    const rows = `[{"components":[${button}],"type":1},{"components":[${menu}],"type":1}]`;
    const { components } = await send('POST', messages, `{"content":"x","embeds":null,"components":${rows}}`);
    expect(components).toMatchObject([{ components: [{ custom_id: 'a' }] }, { components: [{ custom_id: 'b' }] }]);
  });
});

describe('commands', () => {
  const option = '"type":3,"name":"text","description":"Text"';
  it.each([
    [
      'discordgo',
      `{"name":"echo","description":"Echo","options":[{${option},"channel_types":null,"required":true,"options":null,"autocomplete":false,"choices":null}]}`,
    ],
    [
      'discord.py',
      `{"name": "echo", "description": "Echo", "type": 1, "options": [{${option}, "required": true, "autocomplete": false}], "nsfw": false, "dm_permission": true, "default_member_permissions": 8, "contexts": [0, 1], "integration_types": [0]}`,
    ],
    [
      'discord.py without contexts',
      '{"name": "echo", "description": "Echo", "type": 1, "options": [], "nsfw": false, "dm_permission": true, "default_member_permissions": null, "contexts": null, "integration_types": null}',
    ],
    [
      'JDA',
      `{"type":1,"name":"echo","nsfw":false,"options":[{${option},"required":true,"autocomplete":false,"name_localizations":{},"description_localizations":{},"choices":[]}],"contexts":["0","1"],"integration_types":["0"],"default_member_permissions":"8","name_localizations":{},"description":"Echo","description_localizations":{}}`,
    ],
  ])('are taken as %s writes them', async (_library, text) => {
    expect(await send('PUT', commands, `[${text}]`)).toMatchObject([{ name: 'echo', description: 'Echo', type: 1 }]);
    expect(await send('POST', commands, text)).toMatchObject({ name: 'echo' });
  });
});

describe('other requests', () => {
  it('take ids that are numbers and empty lists that are null', async () => {
    expect(await send('POST', '/users/@me/channels', `{"recipient_id": ${alice}}`)).toMatchObject({ type: 1 });
    const { id } = await send('POST', messages, `{"content":"<@${alice}>","allowed_mentions":{"users":[${alice}]}}`);
    const reply = `{"content":"x","message_reference":{"message_id":${String(id)},"channel_id":${playground.channelId('general')},"guild_id":${playground.guildId},"fail_if_not_exists":true}}`;
    expect(await send('POST', messages, reply)).toMatchObject({ message_reference: { message_id: id } });
    const thread = '{"name":"x","auto_archive_duration":60,"invitable":false}';
    expect(await send('POST', `${messages}/${String(id)}/threads`, thread)).toMatchObject({ name: 'x' });
    const webhooks = messages.replace('messages', 'webhooks');
    const webhook = await send('POST', webhooks, '{"name":"Parrot","avatar":null}');
    const address = `/webhooks/${String(webhook['id'])}/${String(webhook['token'])}?wait=true`;
    expect(await send('POST', address, '{"content":"x","username":"Polly","components":null}')).toMatchObject({
      author: { username: 'Polly' },
    });
  });

  it('take answers to interactions with null for what they leave out', async () => {
    await send('PUT', commands, '[{"name":"echo","description":"Echo"}]');
    const person = await connectPerson(playground.emulator.origin, 'alice');
    const bot = new RawGateway(playground.emulator.origin);
    await bot.identify({ token: playground.state.application?.botToken, intents: 0 });
    await bot.event('READY');
    const run = person.runs('echo');
    const { id, token } = await bot.event<{ id: string; token: string }>('INTERACTION_CREATE');
    const data = '{"tts":false,"content":"Hello","components":null,"embeds":null}';
    await send('POST', `/interactions/${id}/${token}/callback`, `{"type":4,"data":${data}}`);
    await run;
    const hook = `/webhooks/${playground.botUserId}/${token}`;
    expect(await send('POST', `${hook}?wait=true`, '{"content":"More","components":null}')).toMatchObject({
      content: 'More',
    });
    bot.socket.terminate();
    await person.close();
  });
});
