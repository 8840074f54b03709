import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageFlags, type APIMessage } from 'discord-api-types/v10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../index.ts';
import { findOpenApi, OpenApiChecker } from '../testing/openapi.ts';
import { connectPerson, type Person } from '../testing/person.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

interface Answer {
  status: number;
  body: unknown;
}

interface Received {
  id: string;
  token: string;
  application_id: string;
  channel_id: string;
  message?: APIMessage;
  [field: string]: unknown;
}

const description = findOpenApi();
/** Every answer is compared with Discord's own description where that is at hand. */
const checker = description === undefined ? undefined : new OpenApiChecker(description);
const closing: (() => unknown)[] = [];
let emulator: Emulator;
let alice: Person;
let bot: RawGateway;
let nowMs: number;
let application: { id: string; botToken: string };
let guildId: string;

/** A request as the bot. */
async function asBot(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${emulator.origin}/api/v10${path}`, {
    method,
    headers: { authorization: `Bot ${application.botToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answered: unknown = text === '' ? undefined : JSON.parse(text);
  const problems = response.ok
    ? checker?.checkResponse(method, path.replace('%40', '@'), response.status, answered)
    : [];
  expect(problems ?? []).toEqual([]);
  return { status: response.status, body: answered };
}

function received(): Promise<Received> {
  return bot.event<Received>('INTERACTION_CREATE');
}

function answer({ id, token }: Received, type: number, data?: unknown, query = ''): Promise<Answer> {
  return asBot('POST', `/interactions/${id}/${token}/callback${query}`, { type, data });
}

function followUps({ application_id: id, token }: Received): string {
  return `/webhooks/${id}/${token}`;
}

beforeEach(async () => {
  nowMs = Date.now();
  const started = await startEmulator({ port: 0, dataDir: null, clock: { now: () => nowMs } });
  closing.push(() => started.close());
  emulator = started;
  const state = (await (await fetch(`${emulator.origin}/_control/state`)).json()) as {
    application: typeof application;
    guilds: { id: string }[];
  };
  application = state.application;
  guildId = state.guilds[0]?.id ?? '';
  alice = await connectPerson(emulator.origin, 'alice');
  closing.push(() => alice.close());
  bot = new RawGateway(emulator.origin);
  closing.push(() => bot.socket.terminate());
  await bot.identify({ token: application.botToken, intents: 0 });
  await bot.event('READY');
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Starts what a test does not wait for; how it ends is seen by the bot. */
function begin(action: Promise<unknown>): void {
  action.catch(() => undefined);
}

async function register(...commands: object[]): Promise<{ id: string; name: string; version: string }[]> {
  const { status, body } = await asBot('PUT', `/applications/${application.id}/commands`, commands);
  expect(status).toBe(200);
  return body as { id: string; name: string; version: string }[];
}

describe('the commands of an application', () => {
  const ping = { name: 'ping', description: 'Pings' };

  it('are overwritten as a whole, keeping the ids of those that stay', async () => {
    const [first] = await register(ping, { name: 'old', description: 'Goes' });
    const [same, added] = await register(ping, { name: 'Report', type: 3 });
    expect(same).toEqual(first);
    expect(added).toMatchObject({ name: 'Report', type: 3, description: '', application_id: application.id });
    const { body } = await asBot('GET', `/applications/${application.id}/commands`);
    expect((body as { name: string }[]).map(({ name }) => name)).toEqual(['ping', 'Report']);
  });

  it('are created once, edited with a new version, and deleted', async () => {
    const path = `/applications/${application.id}/guilds/${guildId}/commands`;
    const created = await asBot('POST', path, ping);
    expect(created).toMatchObject({ status: 201, body: { guild_id: guildId } });
    expect((await asBot('POST', path, ping)).status).toBe(200);
    const { id, version } = created.body as { id: string; version: string };
    const edited = await asBot('PATCH', `${path}/${id}`, { description: 'Pings louder' });
    expect(edited.body).toMatchObject({ id, name: 'ping', description: 'Pings louder' });
    expect((edited.body as { version: string }).version).not.toBe(version);
    expect((await asBot('DELETE', `${path}/${id}`)).status).toBe(204);
    expect(await asBot('GET', `${path}/${id}`)).toMatchObject({ status: 404, body: { code: 10063 } });
  });

  it.each([
    ['capitals in a name', { name: 'Ping', description: 'x' }, 'name'],
    ['no description', { name: 'ping' }, 'description'],
    [
      'a required option after an optional one',
      {
        ...ping,
        options: [
          { type: 3, name: 'a', description: 'x' },
          { type: 3, name: 'b', description: 'x', required: true },
        ],
      },
      'options',
    ],
    [
      'two options of one name',
      { ...ping, options: [0, 1].map(() => ({ type: 3, name: 'a', description: 'x' })) },
      'options',
    ],
    [
      'too many choices',
      {
        ...ping,
        options: [
          {
            type: 3,
            name: 'a',
            description: 'x',
            choices: Array.from({ length: 26 }, (_, index) => ({ name: String(index), value: String(index) })),
          },
        ],
      },
      'options',
    ],
    ['a description for a context menu', { ...ping, type: 2 }, 'description'],
    [
      'options for a context menu',
      { name: 'Report', type: 3, options: [{ type: 3, name: 'a', description: 'x' }] },
      'options',
    ],
    ['a name over 32 characters for a context menu', { name: 'x'.repeat(33), type: 3 }, 'name'],
  ])('are refused with %s', async (_what, command, field) => {
    const { status, body } = await asBot('POST', `/applications/${application.id}/commands`, command);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 50035, errors: { [field]: expect.anything() as unknown } });
  });

  it('have names that are unique among those of their type', async () => {
    const path = `/applications/${application.id}/commands`;
    const menu = { name: 'Report', type: 3 };
    const duplicate = { status: 400, body: { code: 50035 } };
    expect(await asBot('PUT', path, [menu, menu])).toMatchObject(duplicate);
    const [report, other] = await register(menu, { name: 'Other', type: 3 }, { name: 'Report', type: 2 });
    expect(await asBot('PATCH', `${path}/${other?.id ?? ''}`, { name: 'Report' })).toMatchObject(duplicate);
    expect(await asBot('PATCH', `${path}/${report?.id ?? ''}`, { name: 'Report' })).toMatchObject({ status: 200 });
  });

  it('of a menu are at most 15 of each type', async () => {
    const menus = (type: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({ name: `Menu ${String(index)}`, type }));
    const path = `/applications/${application.id}/commands`;
    expect((await asBot('PUT', path, menus(3, 16))).body).toMatchObject({ code: 30032 });
    await register(...menus(2, 15), ...menus(3, 15));
    expect((await asBot('POST', path, { name: 'One more', type: 2 })).body).toMatchObject({ code: 30032 });
  });

  it('are at most 100, and belong to their own bot', async () => {
    const commands = Array.from({ length: 101 }, (_, index) => ({ name: `c${String(index)}`, description: 'x' }));
    const { body } = await asBot('PUT', `/applications/${application.id}/commands`, commands);
    expect(body).toMatchObject({ code: 30032 });
    const { status } = await asBot('GET', `/applications/${alice.user.id}/commands`);
    expect(status).toBe(404);
  });

  it('are offered to those who may use them', async () => {
    await register(
      ping,
      { ...ping, name: 'ban', default_member_permissions: '4' },
      { ...ping, name: 'here', contexts: [1] },
    );
    const offered = async (name: string): Promise<string[]> => {
      const person = await connectPerson(emulator.origin, name);
      closing.push(() => person.close());
      const index = await person.request<{ application_commands: { name: string }[] }>(
        'GET',
        `/guilds/${guildId}/application-command-index`,
      );
      return index.application_commands.map((command) => command.name);
    };
    expect(await offered('bob')).toEqual(['ping']);
    expect(await offered('olivia')).toEqual(['ping', 'ban']);
    const dm = await alice.opensDirectMessages(application.id);
    begin(alice.runs('here', {}, { in: dm.id }));
    expect(await received()).toMatchObject({ context: 1, user: { id: alice.user.id }, channel_id: dm.id });
  });
});

describe('an interaction', () => {
  beforeEach(async () => {
    await register({ name: 'ping', description: 'Pings' }, { name: 'Report', type: 3 });
  });

  it('carries everything that bots rely on', async () => {
    const outcome = alice.runs('ping');
    const interaction = await received();
    expect(interaction).toMatchObject({
      application_id: application.id,
      type: 2,
      version: 1,
      guild_id: guildId,
      channel: { id: interaction.channel_id, permissions: expect.any(String) as unknown },
      member: { user: { id: alice.user.id }, permissions: expect.any(String) as unknown },
      data: { name: 'ping', type: 1 },
      app_permissions: expect.any(String) as unknown,
      entitlements: [],
      authorizing_integration_owners: { '0': guildId },
      context: 0,
      attachment_size_limit: 10 * 1024 * 1024,
    });
    expect(interaction).not.toHaveProperty('user');
    await answer(interaction, 4, { content: 'Pong' });
    expect(await outcome).toEqual({ id: interaction.id, modal: null });
  });

  it('is answered once, and only by who has its token', async () => {
    begin(alice.runs('ping'));
    const interaction = await received();
    const invented = await answer({ ...interaction, token: 'invented' }, 4, { content: 'Pong' });
    expect(invented).toMatchObject({ status: 404, body: { code: 10062 } });
    expect((await answer(interaction, 4, {})).body).toMatchObject({ code: 50006 });
    expect((await answer(interaction, 8, { choices: [] })).body).toMatchObject({ code: 50035 });
    expect((await answer(interaction, 4, { content: 'Pong' })).status).toBe(204);
    const again = await answer(interaction, 4, { content: 'Pong' });
    expect(again).toMatchObject({ status: 400, body: { code: 40060 } });
  });

  it('answers the message when it is asked to', async () => {
    begin(alice.runs('ping'));
    const { status, body } = await answer(await received(), 5, { flags: 64 }, '?with_response=true');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      interaction: { response_message_loading: true, response_message_ephemeral: true },
      resource: { type: 4, message: { flags: MessageFlags.Ephemeral | MessageFlags.Loading } },
    });
  });

  it('lets the first follow-up fill a deferred answer, and reads, edits and deletes what it wrote', async () => {
    begin(alice.runs('ping'));
    const interaction = await received();
    await answer(interaction, 5);
    const loading = await alice.sees(({ flags }) => flags === MessageFlags.Loading);
    const filled = await asBot('POST', followUps(interaction), { content: 'Filled' });
    expect(filled.body).toMatchObject({ id: loading.id, content: 'Filled', flags: 0, type: 20 });
    const more = (await asBot('POST', followUps(interaction), { content: 'More' })).body as APIMessage;
    expect(more.id).not.toBe(loading.id);
    const original = `${followUps(interaction)}/messages/%40original`;
    expect((await asBot('PATCH', original, { content: 'Edited' })).body).toMatchObject({ content: 'Edited' });
    expect((await asBot('GET', original)).body).toMatchObject({ id: loading.id, content: 'Edited' });
    expect((await asBot('DELETE', `${followUps(interaction)}/messages/${more.id}`)).status).toBe(204);
    expect((await alice.messages('#general')).map(({ content }) => content)).toEqual(['Edited']);
  });

  it('has a token for 15 minutes', async () => {
    begin(alice.runs('ping'));
    const interaction = await received();
    expect(await asBot('POST', followUps(interaction), { content: 'early' })).toMatchObject({ body: { code: 10015 } });
    await answer(interaction, 4, { content: 'Pong' });
    nowMs += 15 * 60_000 + 1;
    const late = await asBot('POST', followUps(interaction), { content: 'late' });
    expect(late).toMatchObject({ status: 401, body: { code: 50027 } });
  });

  it('of a context menu carries its target', async () => {
    const message = await alice.says('#general', 'Look at this');
    begin(alice.picks('Report', message));
    const interaction = await received();
    expect(interaction.data).toMatchObject({
      type: 3,
      target_id: message.id,
      resolved: { messages: { [message.id]: { content: 'Look at this' } } },
    });
    await answer(interaction, 4, { content: 'Reported' });
    expect((await alice.sees('Reported')).type).toBe(23);
  });

  it('of the menu of a user carries the user and the membership', async () => {
    await register({ name: 'Greet', type: 2 });
    const bob = await connectPerson(emulator.origin, 'bob');
    closing.push(() => bob.close());
    begin(alice.picks('Greet', bob.user));
    const { data } = await received();
    expect(data).toMatchObject({
      type: 2,
      target_id: bob.user.id,
      resolved: {
        users: { [bob.user.id]: { username: 'bob' } },
        members: { [bob.user.id]: { permissions: expect.any(String) as unknown } },
      },
    });
  });

  it('of a menu needs a target that is in the channel for all to see', async () => {
    const message = await alice.says('#general', 'Look at this');
    await expect(alice.picks('Report', { ...message, id: '1' })).rejects.toThrow(/50035.*target_id/s);
    const elsewhere = alice.channel('art').id;
    await expect(alice.picks('Report', { ...message, channel_id: elsewhere })).rejects.toThrow(/50035.*target_id/s);
    begin(alice.runs('ping'));
    await answer(await received(), 4, { content: 'Pong', flags: MessageFlags.Ephemeral });
    await expect(alice.picks('Report', await alice.sees('Pong'))).rejects.toThrow(/50035.*target_id/s);
  });

  it('with a component of an ephemeral message is for its viewer alone', async () => {
    begin(alice.runs('ping'));
    const button = { type: 2, style: 1, label: 'Go', custom_id: 'go' };
    const data = { content: 'Press', flags: 64, components: [{ type: 1, components: [button] }] };
    await answer(await received(), 4, data);
    const message = await alice.sees('Press');
    const bob = await connectPerson(emulator.origin, 'bob');
    closing.push(() => bob.close());
    await expect(bob.presses(message, 'go')).rejects.toThrow(/10008/);
    begin(alice.presses(message, 'go'));
    const interaction = await received();
    expect(interaction.message).toMatchObject({ id: message.id, flags: 64 });
    await answer(interaction, 7, { content: 'Pressed', components: [] });
    expect(await alice.sees('Pressed')).toMatchObject({ id: message.id, components: [] });
  });

  it('needs a form that was shown', async () => {
    const body = {
      type: 5,
      application_id: application.id,
      guild_id: guildId,
      channel_id: alice.channel('general').id,
      session_id: 'x',
      nonce: '1',
      data: { custom_id: 'never-shown', components: [] },
    };
    await expect(alice.request('POST', '/interactions', body)).rejects.toThrow(/10062/);
  });
});

describe('an emulator that ends', () => {
  it('leaves its stored state alone when an unanswered interaction fails later', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'interactions-test-'));
    closing.push(() => rm(dataDir, { recursive: true }));
    const stored = await startEmulator({ port: 0, dataDir });
    const olivia = await connectPerson(stored.origin, 'olivia');
    closing.push(() => olivia.close());
    await stored.close();
    const audience = { kind: 'users' as const, userIds: [olivia.user.id] };
    for (const nonce of ['1', '2']) stored.core.bus.announce({ t: 'INTERACTION_FAILURE', d: { nonce }, audience });
    const again = await startEmulator({ port: 0, dataDir });
    closing.push(() => again.close());
    const kept = [...again.core.world.sessions.values()].filter(({ userId }) => userId === olivia.user.id);
    expect(kept.flatMap(({ replay }) => replay).map(({ t }) => t)).not.toContain('INTERACTION_FAILURE');
  });
});
