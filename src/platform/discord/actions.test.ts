import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { APIInteraction, RESTPutAPIApplicationCommandsJSONBody } from 'discord-api-types/v10';
import type { ManualClock } from '../../testing/manual-clock.ts';
import { canonical, registerCommands } from './commands.ts';
import type { DiscordActions } from './index.ts';
import { discordLimits } from './limits.ts';
import { APPLICATION, BEGIN_MS, startActionsBench, type ActionsBench } from './testing/actions-bench.ts';
import type { FakeApi } from './testing/fake-api.ts';

const CHANNEL = '1100000000000000001';

let bench: ActionsBench;
let clock: ManualClock;
let api: FakeApi;
let actions: DiscordActions;

beforeEach(async () => {
  bench = await startActionsBench();
  ({ clock, api, actions } = bench);
});
afterEach(() => bench.close());

const register = (commands: RESTPutAPIApplicationCommandsJSONBody) =>
  registerCommands(bench.http, APPLICATION, commands);
const whileLeaping: ActionsBench['whileLeaping'] = (work) => bench.whileLeaping(work);

describe('sending', () => {
  it('pings only whom it names, and clips instead of being refused', async () => {
    await actions.send(CHANNEL, {
      content: 'x'.repeat(3000),
      pings: ['5', '5'],
      suppressEmbeds: true,
      embeds: Array.from({ length: 12 }, () => ({ title: 't'.repeat(300), description: 'd'.repeat(5000) })),
    });
    const { body } = api.requests[0] ?? {};
    expect(body).toMatchObject({ allowed_mentions: { parse: [], users: ['5'], replied_user: false }, flags: 4 });
    expect(body?.['content']).toBe(`${'x'.repeat(1999)}…`);
    const embeds = body?.['embeds'] as { title: string; description?: string }[];
    const total = embeds.reduce((sum, { title, description = '' }) => sum + title.length + description.length, 0);
    expect(total).toBeLessThanOrEqual(discordLimits.embedTotalLength);
  });

  it('makes one message of two sends under one name', async () => {
    const first = await actions.send(CHANNEL, { content: 'hello' }, { key: 'greeting/1' });
    const second = await actions.send(CHANNEL, { content: 'hello' }, { key: 'greeting/1' });
    expect(second.id).toBe(first.id);
    expect(api.requests[0]?.body).toMatchObject({
      enforce_nonce: true,
      nonce: expect.stringMatching(/^.{25}$/) as string,
    });
  });

  it('opens one thread under one name, on a message that it sends when there is none', async () => {
    let opened = 0;
    api.intercept = ({ path }) => {
      if (!path.endsWith('/threads')) return undefined;
      opened += 1;
      return opened === 1 ? { status: 201, body: {} } : { status: 400, body: { code: 160004, message: 'exists' } };
    };
    const thread = { channelId: CHANNEL, name: 'A'.repeat(120), key: 'thread/1' };
    const id = await actions.createThread(thread);
    expect(await actions.createThread(thread)).toBe(id);
    expect(api.screen()).toEqual([`${'A'.repeat(99)}…`]);
    const { path, body } = api.requests[1] ?? {};
    expect([path, body]).toEqual([`/channels/${CHANNEL}/messages/${id}/threads`, { name: `${'A'.repeat(99)}…` }]);
    expect(await actions.createThread({ ...thread, messageId: '7' })).toBe('7');
    expect(api.messages.size).toBe(1);
  });

  it('uploads files beside the message', async () => {
    await actions.send(CHANNEL, { content: 'see', files: [{ name: 'a.txt', data: Buffer.from('file content') }] });
    const raw = api.requests[0]?.body['raw'] as string;
    expect(raw).toContain('name="payload_json"');
    expect(raw).toContain('"attachments":[{"id":0}]');
    expect(raw).toMatch(/name="files\[0\]"; filename="a\.txt"[^]*file content/);
  });

  it('waits for its turn when a channel is full, without being refused', async () => {
    const sends = Array.from({ length: 8 }, (_, index) => actions.send(CHANNEL, { content: String(index) }));
    await whileLeaping(Promise.all(sends));
    expect(api.tooMany).toEqual([]);
    expect(clock.now() - BEGIN_MS).toBeGreaterThanOrEqual(5000);
  });

  it('tries again after faults that pass, but not what might have been done', async () => {
    let faults = 2;
    api.intercept = () => (faults-- > 0 ? { status: 500 } : undefined);
    await whileLeaping(actions.send(CHANNEL, { content: 'a' }, { key: 'a' }));
    expect(api.requests).toHaveLength(3);
    faults = 1;
    await expect(actions.send(CHANNEL, { content: 'b' })).rejects.toMatchObject({
      code: 'discord/500',
      retryable: true,
    });
  });

  it('obeys a 429', async () => {
    let refused = 1;
    api.intercept = () =>
      refused-- > 0
        ? { status: 429, headers: { 'retry-after': '3' }, body: { message: 'slow', retry_after: 3 } }
        : undefined;
    await whileLeaping(actions.send(CHANNEL, { content: 'a' }));
    expect(api.requests.map(({ atMs }) => atMs - BEGIN_MS)[1]).toBeGreaterThanOrEqual(3000);
  });

  it('survives a 401, and errors tell neither token nor text', async () => {
    api.intercept = () => ({ status: 401, body: { message: '401: Unauthorized', code: 0 } });
    const error = await actions.send(CHANNEL, { content: 'private words' }).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'discord/401', retryable: false });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/secret|private words/);
    api.intercept = () => undefined;
    await expect(actions.send(CHANNEL, { content: 'again' })).resolves.toMatchObject({ content: 'again' });
  });

  it('says when Discord cannot be reached', async () => {
    await api.close();
    const work = whileLeaping(actions.message(CHANNEL, '1'));
    await expect(work).rejects.toMatchObject({ code: 'discord/unreachable', retryable: true });
  });

  it('shows typing until stopped', async () => {
    const stop = actions.typing(CHANNEL);
    for (let ms = 0; ms < 17_000; ms += 500) await clock.advance(500);
    stop();
    await clock.advance(20_000);
    expect(api.requests.filter(({ path }) => path.endsWith('/typing'))).toHaveLength(3);
  });

  it('asks only Discord for files, and not for large ones', async () => {
    api.intercept = () => ({ body: 'x'.repeat(100) });
    const url = api.base.replace('/api', '/cdn/a');
    expect((await actions.attachment(url, 1000)).length).toBe(102);
    await expect(actions.attachment(url, 10)).rejects.toMatchObject({ code: 'discord/too-large' });
    await expect(actions.attachment('http://169.254.169.254/x', 10)).rejects.toMatchObject({
      code: 'discord/foreign-file',
    });
  });
});

describe('an interaction', () => {
  const interaction = (type = 2) =>
    ({
      id: '1200000000000000001',
      application_id: APPLICATION,
      token: 'itoken',
      type,
      channel: { id: CHANNEL },
      message: { id: '1200000000000000002', channel_id: CHANNEL },
    }) as unknown as APIInteraction;
  const seen = () =>
    api.requests.map(({ method, path }) => `${method} ${decodeURIComponent(path.split('?')[0] ?? '')}`);
  const CALLBACK = 'POST /interactions/1200000000000000001/itoken/callback';
  const FOLLOW_UP = `POST /webhooks/${APPLICATION}/itoken`;
  const ORIGINAL = `/webhooks/${APPLICATION}/itoken/messages/@original`;

  it('answers first, follows up then', async () => {
    const replies = actions.interaction(interaction());
    await replies.reply({ content: 'one' }, { ephemeral: true });
    await replies.reply({ content: 'two' });
    expect(seen()).toEqual([CALLBACK, FOLLOW_UP]);
    expect(api.requests[0]?.body).toMatchObject({ type: 4, data: { content: 'one', flags: 64 } });
    expect(api.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('fills a deferred answer, and takes a public one back to refuse in private', async () => {
    const filled = actions.interaction(interaction());
    await filled.defer({ ephemeral: false });
    await filled.defer({ ephemeral: false });
    await filled.reply({ content: 'done' });
    const refused = actions.interaction(interaction());
    await refused.defer({ ephemeral: false });
    await refused.refuse({ content: 'no' });
    expect(seen()).toEqual([CALLBACK, `PATCH ${ORIGINAL}`, CALLBACK, `DELETE ${ORIGINAL}`, FOLLOW_UP]);
    expect(api.requests.at(-1)?.body).toMatchObject({ content: 'no', flags: 64 });
  });

  it('fills the answer that another process has deferred', async () => {
    api.intercept = ({ path }) =>
      path.includes('/callback')
        ? { status: 400, body: { code: 40060, message: 'already acknowledged' } }
        : { body: {} };
    await actions.interaction(interaction()).reply({ content: 'done' });
    await actions.interaction(interaction(3)).reply({ content: 'done' });
    expect(seen()).toEqual([CALLBACK, `PATCH ${ORIGINAL}`, CALLBACK, FOLLOW_UP]);
  });

  it('answers in the channel when the interaction has expired', async () => {
    const replies = actions.interaction(interaction());
    await replies.defer({ ephemeral: false });
    api.intercept = ({ path }) =>
      path.includes('/webhooks/')
        ? { status: 401, body: { code: 50027, message: 'Invalid Webhook Token' } }
        : undefined;
    await replies.reply({ content: 'late' });
    expect(api.screen()).toEqual(['late']);
  });

  it('changes the message of a component, at once or after an acknowledgement', async () => {
    await actions.interaction(interaction(3)).update({ content: 'new' });
    const later = actions.interaction(interaction(3));
    await later.deferUpdate();
    await later.update({ content: 'new' });
    expect(seen()).toEqual([CALLBACK, CALLBACK, `PATCH ${ORIGINAL}`]);
    expect(api.requests.map(({ body }) => body['type'])).toEqual([7, 6, undefined]);
  });

  it('keeps quiet about choices that come too late', async () => {
    api.intercept = () => ({ status: 404, body: { code: 10062, message: 'Unknown interaction' } });
    await actions.interaction(interaction(4)).autocomplete([{ name: 'x'.repeat(200), value: 'x' }]);
    expect((api.requests[0]?.body['data'] as { choices: { name: string }[] }).choices[0]?.name).toHaveLength(100);
    await expect(actions.interaction(interaction()).reply({ content: 'a' }, { ephemeral: true })).rejects.toMatchObject(
      {
        code: 'discord/10062',
      },
    );
  });
});

describe('commands', () => {
  const command = { name: 'ping', description: 'Pong', options: [{ type: 3, name: 'text', description: 'Text' }] };

  it('are put only when they differ from what Discord has', async () => {
    const registered = {
      ...command,
      id: '1',
      application_id: APPLICATION,
      version: '2',
      type: 1,
      nsfw: false,
      dm_permission: true,
      default_member_permissions: null,
      contexts: null,
      integration_types: [0],
      options: [{ ...command.options[0], required: false }],
    };
    api.intercept = ({ method }) => ({ body: method === 'GET' ? [registered] : [] });
    expect(await register([command])).toEqual({ outcome: 'unchanged', rejected: [] });
    expect(api.requests).toHaveLength(1);
    expect(await register([{ ...command, description: 'Other' }])).toEqual({ outcome: 'updated', rejected: [] });
    expect(api.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT']);
  });

  const invalid = (index: number, path: string) => ({
    status: 400,
    body: {
      code: 50035,
      message: 'Invalid Form Body',
      errors: { [index]: { [path]: { _errors: [{ code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be shorter.' }] } } },
    },
  });
  const named = (name: string) => ({ ...command, name });

  it('that Discord rejects are named and stay as they were, and the others are put', async () => {
    const old = { ...named('bad'), id: '7', application_id: APPLICATION, version: '1', type: 1, description: 'Old' };
    api.intercept = ({ method, body }) => {
      if (method === 'GET') return { body: [old] };
      const list = body as unknown as { description: string }[];
      return list[1]?.description === 'Pong' ? invalid(1, 'description') : { body: [] };
    };
    expect(await register([named('one'), named('bad'), named('two')])).toEqual({
      outcome: 'updated',
      rejected: [{ name: 'bad', why: 'description[BASE_TYPE_BAD_LENGTH]: Must be shorter.' }],
    });
    const put = api.requests.at(-1)?.body as unknown as { name: string; id?: string; description: string }[];
    expect(put.map(({ name, id, description }) => [name, id, description])).toEqual([
      ['one', undefined, 'Pong'],
      ['bad', '7', 'Old'],
      ['two', undefined, 'Pong'],
    ]);
  });

  it('that Discord rejects and never had are left out, several in a row', async () => {
    api.intercept = ({ method, body }) => {
      if (method === 'GET') return { body: [] };
      const names = (body as unknown as { name: string }[]).map(({ name }) => name);
      const index = names.findIndex((name) => name.startsWith('bad'));
      return index < 0 ? { body: [] } : invalid(index, 'options');
    };
    const { outcome, rejected } = await register(['bad1', 'good', 'bad2'].map(named));
    expect([outcome, rejected.map(({ name }) => name)]).toEqual(['updated', ['bad1', 'bad2']]);
  });

  it.each([
    ['the day has no more of them', { status: 400, body: { code: 30034, message: 'Max', retry_after: 40_000 } }, 30034],
    ['that is said with a 429', { status: 429, body: { code: 30034, message: 'Max', retry_after: 40_000 } }, 30034],
    ['Discord knows no such application', { status: 404, body: { code: 10002, message: 'Unknown' } }, 10002],
    [
      'all together are too long',
      { status: 400, body: { code: 50035, message: 'Invalid', errors: { _errors: [] } } },
      50035,
    ],
  ])('are refused as a whole when %s', async (_why, answer, code) => {
    api.intercept = ({ method }) => (method === 'GET' ? { body: [] } : answer);
    const retryAfterMs = code === 30034 ? 40_000_000 : undefined;
    await expect(register([command])).rejects.toMatchObject({ code: `discord/${code}`, retryAfterMs });
    expect(api.requests.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  });

  it('are compared whatever their order, but not that of their options', () => {
    const other = { name: 'pong', description: 'Ping' };
    expect(canonical([command, other])).toBe(canonical([other, command]));
    const swapped = { ...command, options: [{ type: 4, name: 'n', description: 'n' }, ...command.options] };
    const straight = { ...command, options: [...command.options, { type: 4, name: 'n', description: 'n' }] };
    expect(canonical([swapped])).not.toBe(canonical([straight]));
  });
});
