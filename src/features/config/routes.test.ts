import { describe, expect, it } from 'vitest';
import { recorded } from '../../testing/audit.ts';
import { sharedBot } from '../../testing/shared-bot.ts';

const key = 'a'.repeat(64);
/** SHA-256 of the key. */
const hash = 'ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb';
const bot = sharedBot({
  otherModels: ['other-model'],
  yaml: `http: { apiKeys: [{ name: page, hash: '${hash}', scopes: ['config:*'] }] }`,
});

interface Answer {
  status: number;
  body: Record<string, unknown> & { features?: { feature: string; settings: { key: string }[] }[] };
}

async function ask(method: string, path: string, body?: unknown, as = key): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${bot.app.port}/api/config${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const guildId = () => bot.olivia.channel('general').guildId ?? '';

describe('/api/config', () => {
  it('lists servers, and the settings of one with what they can name', async () => {
    const { body: servers } = await ask('GET', '/servers');
    expect(servers).toMatchObject([{ id: guildId() }]);
    const { body } = await ask('GET', `/servers/${guildId()}`);
    expect(body).toMatchObject({ models: ['fake/test-model', 'fake/other-model'] });
    expect(body['channels']).toContainEqual({ id: bot.olivia.channel('general').id, name: 'general' });
    const chat = body.features?.find(({ feature }) => feature === 'chat');
    expect(chat?.settings.find((setting) => setting.key === 'creativity')).toEqual({
      ...{ key: 'creativity', name: 'Creativity', about: 'How freely a model chooses its words.' },
      ...{ kind: 'choice', isList: false, nullable: false, changedBy: 'server' },
      ...{ allowed: "the model's own, low, medium, high", value: 'off', written: 'off', from: 'default' },
      choices: [
        { value: 'off', label: "the model's own" },
        ...['low', 'medium', 'high'].map((value) => ({ value, label: value })),
      ],
    });
  });

  it('sets what a person writes or chooses, resets it, and records both', async () => {
    const path = `/servers/${guildId()}/chat`;
    expect(await ask('PUT', `${path}/restHours`, { written: '1d 12h' })).toMatchObject({
      status: 200,
      body: { value: 36, written: '36 hours', from: 'server' },
    });
    expect(await ask('PUT', `${path}/creativity`, { value: 'high' })).toMatchObject({ body: { from: 'server' } });
    expect(await ask('DELETE', `${path}/creativity`)).toMatchObject({ body: { value: 'off', from: 'default' } });
    await ask('DELETE', `${path}/restHours`);
    const entries = await recorded(bot, { action: 'set-setting' });
    expect(entries.map(({ actorId, details }) => [actorId, details['setting']])).toEqual([
      ['api key page', 'chat.restHours'],
      ['api key page', 'chat.creativity'],
      ['api key page', 'chat.creativity'],
      ['api key page', 'chat.restHours'],
    ]);
  });

  it.each([
    ['chat/historySent', { written: '500' }, 422, 'whole number from 0 to 100'],
    ['chat/model', { value: 'none/such' }, 422, 'There is no model'],
    ['chat/answerEverythingIn', { value: ['123456789012345678'] }, 422, "isn't in this server"],
    ['chat/creativity', { value: 'wild' }, 422, 'low, medium, high'],
    ['chat/doneEmoji', { value: 'done' }, 422, 'one emoji'],
    ['chat/systemPrompt', { written: 'Be brief.' }, 403, 'familiar.yaml'],
    ['chat/nothing', { value: 1 }, 404, 'no such setting'],
    ['chat/historySent', { other: 1 }, 400, 'body'],
    ['chat/creativity', { value: { toString: 'high' } }, 422, 'low, medium, high'],
    ['chat/answerEverythingIn', { value: [{ toString: 1 }] }, 422, 'Allowed'],
    ['chat/doneEmoji', { value: { toString: 1 } }, 422, 'Allowed'],
    ['chat/creativity', { value: 7 }, 422, 'low, medium, high'],
  ])('refuses for %s the body %j', async (setting, body, status, words) => {
    const answer = await ask('PUT', `/servers/${guildId()}/${setting}`, body);
    expect([answer.status, answer.body['message']]).toEqual([status, expect.stringContaining(words)]);
  });

  it('refuses a body of many nested lists', async () => {
    const answer = await fetch(`http://127.0.0.1:${bot.app.port}/api/config/servers/${guildId()}/chat/creativity`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: `{"value":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: 'invalid', message: 'body: is nested more than 64 times' },
    ]);
  });

  it('answers unknown addresses in the form of every refusal', async () => {
    for (const path of ['/servers/%E0%A4%A', `/servers/1/${'k'.repeat(300)}/x`, '/nothing']) {
      const { status, body } = await ask('GET', path);
      expect(Object.keys(body).sort()).toEqual(['error', 'message']);
      expect([400, 404, 414]).toContain(status);
      expect(JSON.stringify(body)).not.toContain('FST_');
    }
    for (const path of ['/', '/nowhere/at/all', '/%E0%A4%A']) {
      const answer = await fetch(`http://127.0.0.1:${bot.app.port}${path}`);
      expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('"error":"not-found"')]);
    }
  });

  it('needs a key and a known server', async () => {
    expect((await ask('GET', '/servers', undefined, 'c'.repeat(64))).status).toBe(401);
    expect((await ask('GET', '/servers/123456789012345678')).status).toBe(404);
  });
});
