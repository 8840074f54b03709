import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient, refusal } from '../testing/client.ts';
import { startInteractionStage, type InteractionStage } from '../testing/interaction-stage.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

const EPHEMERAL = 64;
const everywhere = { description: 'Everywhere', integration_types: [0, 1], contexts: [0, 1, 2] };

let stage: InteractionStage;
/** A guild that the bot is not in, with alice and bob in it. */
let elsewhere: { id: string; channels: { id: string }[] };
let channelId: string;

/** Installs the seeded server's application for alice, or takes it away. */
async function install(method: 'POST' | 'DELETE', userId = stage.alice.user.id): Promise<Response> {
  return fetch(`${stage.playground.emulator.origin}/_control/installs`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId, applicationId: stage.applicationId }),
  });
}

beforeEach(async () => {
  stage = await startInteractionStage();
  const { playground, alice } = stage;
  const { body } = await playground.control<typeof elsewhere>('guilds', { name: 'Elsewhere' });
  elsewhere = body;
  channelId = body.channels[0]?.id ?? '';
  await playground.bot.delete(`/users/@me/guilds/${body.id}`);
  for (const username of ['alice', 'bob']) await playground.control('members', { guildId: body.id, username });
  await alice.until('the new guild', () => alice.view.channels.get(channelId) ?? null);
  await stage.register({ ...everywhere, name: 'anywhere' }, { name: 'here', description: 'Servers alone' });
});
afterEach(() => stage.close());

async function openDm(userId: string): Promise<string> {
  return (await stage.alice.opensDirectMessages(userId)).id;
}

describe('an application that a user has installed', () => {
  it('offers its commands for users to that user alone, wherever they are meant for', async () => {
    const { alice, playground } = stage;
    await expect(alice.runs('anywhere', {}, { in: channelId })).rejects.toThrow(/is offered no command/);
    expect(await (await install('POST')).json()).toEqual({ installedByUserIds: [alice.user.id] });
    const { body } = await playground.alice.get<{ application_commands: { name: string }[] }>(
      '/users/@me/application-command-index',
    );
    expect(body.application_commands.map(({ name }) => name)).toEqual(['anywhere']);
    const { body: bobs } = await playground.bob.get('/users/@me/application-command-index');
    expect(bobs).toMatchObject({ applications: [], application_commands: [] });
    const bob = await stage.join('bob');
    await expect(bob.runs('anywhere', {}, { in: channelId })).rejects.toThrow(/is offered no command/);
    await stage.answer(await stage.during(alice.runs('anywhere', {}, { in: channelId })), 4, { content: 'Here' });
    await install('DELETE');
    await expect(alice.runs('anywhere', {}, { in: channelId })).rejects.toThrow(/is offered no command/);
  });

  it('is told where it is and who let it in', async () => {
    const { alice, playground, applicationId } = stage;
    await install('POST');
    const places: [place: string, context: number, owners: object][] = [
      [channelId, 0, { '1': alice.user.id }],
      [playground.channelId('general'), 0, { '0': playground.guildId, '1': alice.user.id }],
      [await openDm(applicationId), 1, { '0': '0', '1': alice.user.id }],
      [await openDm(playground.userId('bob')), 2, { '1': alice.user.id }],
    ];
    for (const [place, context, owners] of places) {
      const interaction = await stage.during(alice.runs('anywhere', {}, { in: place }));
      expect(interaction).toMatchObject({ context, channel_id: place });
      expect(interaction['authorizing_integration_owners']).toEqual(owners);
      const { body } = await stage.answer(interaction, 4, { content: 'Answer' }, '?with_response=true');
      const { resource } = body as { resource: { message: APIMessage } };
      expect(resource.message.interaction_metadata).toMatchObject({ authorizing_integration_owners: owners });
    }
    const visitor = await stage.during(alice.runs('anywhere', {}, { in: channelId }));
    const bits = (1n << 15n) | (1n << 14n) | (1n << 17n);
    expect(visitor['app_permissions']).toBe(String(bits));
    expect(visitor).toMatchObject({ guild_id: elsewhere.id, member: { user: { id: alice.user.id } } });
  });

  it('respects the contexts of a command', async () => {
    const { alice, playground, applicationId } = stage;
    await install('POST');
    await stage.register(
      { ...everywhere, name: 'guilds', contexts: [0] },
      { ...everywhere, name: 'own', contexts: [1] },
      { ...everywhere, name: 'private', contexts: [2], integration_types: [1] },
    );
    const own = await openDm(applicationId);
    const other = await openDm(playground.userId('bob'));
    const runsIn = async (name: string, place: string): Promise<boolean> => {
      const outcome = alice.runs(name, {}, { in: place });
      const interaction = await stage.during(outcome).catch(() => null);
      if (interaction === null) return false;
      await stage.answer(interaction, 4, { content: 'x' });
      await outcome;
      return true;
    };
    const reached = async (name: string) => [
      await runsIn(name, channelId),
      await runsIn(name, own),
      await runsIn(name, other),
    ];
    expect(await reached('guilds')).toEqual([true, false, false]);
    expect(await reached('own')).toEqual([false, true, false]);
    expect(await reached('private')).toEqual([false, false, true]);
  });

  it('answers where it has no rights, for all to see only where its user may', async () => {
    const { alice, playground } = stage;
    await install('POST');
    const bob = await stage.join('bob');
    const interaction = await stage.during(alice.runs('anywhere', {}, { in: channelId }));
    await stage.answer(interaction, 4, { content: 'For all' });
    await bob.sees('For all');
    const { id: guildId } = elsewhere;
    for (const bit of [1n << 50n, 1n << 11n]) {
      await playground.olivia.put(`/channels/${channelId}/permissions/${guildId}`, { type: 0, deny: String(bit) });
      const hidden = await stage.during(alice.runs('anywhere', {}, { in: channelId }));
      const { body } = await stage.answer(hidden, 5, {}, '?with_response=true');
      expect(body).toMatchObject({ interaction: { response_message_ephemeral: true } });
      const { body: more } = await stage.followUp(hidden, { content: 'Filled' });
      expect(more).toMatchObject({ content: 'Filled', flags: EPHEMERAL });
      expect((await stage.followUp(hidden, { content: 'More' })).body).toMatchObject({ flags: EPHEMERAL });
    }
    await playground.olivia.put(`/channels/${playground.channelId('general')}/permissions/${playground.guildId}`, {
      ...{ type: 0, deny: String(1n << 50n) },
    });
    const home = await stage.during(alice.runs('anywhere'));
    const { body } = await stage.answer(home, 4, { content: 'At home' }, '?with_response=true');
    expect(body).toMatchObject({ interaction: { response_message_ephemeral: false } });
  });

  it('writes five messages more where the server does not have it', async () => {
    const { alice } = stage;
    await install('POST');
    for (const [place, isLimited] of [
      [channelId, true],
      [stage.playground.channelId('general'), false],
    ] as const) {
      const interaction = await stage.during(alice.runs('anywhere', {}, { in: place }));
      await stage.answer(interaction, 5);
      expect((await stage.followUp(interaction, { content: 'Fills the answer' })).status).toBe(200);
      for (const content of ['1', '2', '3', '4', '5']) {
        expect((await stage.followUp(interaction, { content })).body).toMatchObject({ content });
      }
      const sixth = stage.followUp(interaction, { content: '6' });
      if (isLimited) expect(await refusal(sixth)).toEqual([400, 40094]);
      else expect((await sixth).status).toBe(200);
    }
  });

  it('names its user when others press its buttons, and shows forms there', async () => {
    const { alice } = stage;
    await install('POST');
    const row = { type: 1, components: [{ type: 2, style: 1, label: 'Go', custom_id: 'go' }] };
    const command = await stage.during(alice.runs('anywhere', {}, { in: channelId }));
    const bob = await stage.join('bob');
    await stage.answer(command, 4, { content: 'Press', components: [row] });
    const message = await bob.sees('Press');
    const pressing = bob.presses(message, 'go');
    const press = await stage.during(pressing);
    expect(press).toMatchObject({ type: 3, context: 0, member: { user: { id: bob.user.id } } });
    expect(press['authorizing_integration_owners']).toEqual({ '1': alice.user.id });
    const text = { type: 18, label: 'Text', component: { type: 4, custom_id: 'text', style: 1 } };
    await stage.answer(press, 9, { custom_id: 'form', title: 'Form', components: [text] });
    const { modal } = await pressing;
    const submission = await stage.during(bob.submits(modal as never, { text: 'x' }));
    const { body } = await stage.answer(submission, 4, { content: 'Thanks' }, '?with_response=true');
    const { resource } = body as { resource: { message: APIMessage } };
    expect(resource.message.interaction_metadata).toMatchObject({
      ...{ type: 5, authorizing_integration_owners: { '1': alice.user.id } },
      triggering_interaction_metadata: { id: press.id, type: 3, interacted_message_id: message.id },
    });
  });
});

describe('a component', () => {
  const row = { type: 1, components: [{ type: 2, style: 1, label: 'Go', custom_id: 'go' }] };

  it('works no more once the application is gone', async () => {
    const { alice, playground } = stage;
    const content = { content: 'Press', components: [row] };
    await install('POST');
    await stage.answer(await stage.during(alice.runs('anywhere', {}, { in: channelId })), 4, content);
    const brought = await alice.sees('Press', { in: channelId });
    await playground.bot.post(`/channels/${playground.channelId('general')}/messages`, content);
    const plain = await alice.sees('Press', { in: 'general' });
    await stage.answer(await stage.during(alice.presses(plain, 'go')), 6);
    await stage.answer(await stage.during(alice.presses(brought, 'go')), 6);
    await install('DELETE');
    await expect(alice.presses(brought, 'go')).rejects.toThrow(/50001/);
    await playground.bot.delete(`/users/@me/guilds/${playground.guildId}`);
    await expect(alice.presses(plain, 'go')).rejects.toThrow(/50001/);
  });

  it('of a webhook that the application owns is answered by changing the message', async () => {
    const { alice, playground } = stage;
    const path = `/channels/${playground.channelId('general')}/webhooks`;
    const { body: webhook } = await playground.bot.post<{ id: string; token: string }>(path, { name: 'Herald' });
    await playground.anonymous.post(`/webhooks/${webhook.id}/${webhook.token}`, {
      content: 'Press',
      components: [row],
    });
    const message = await alice.sees('Press');
    const press = await stage.during(alice.presses(message, 'go'));
    expect(press).toMatchObject({ type: 3, message: { id: message.id, webhook_id: webhook.id } });
    await stage.answer(press, 7, { content: 'Pressed', components: [] });
    expect(await alice.sees('Pressed')).toMatchObject({ id: message.id, author: { username: 'Herald' } });
  });
});

describe('the metadata of an answer', () => {
  it('tells the target of a context menu', async () => {
    const { alice } = stage;
    await stage.register({ name: 'Look', type: 3 }, { name: 'Greet', type: 2 });
    const message = await alice.says('#general', 'Look at this');
    const look = await stage.during(alice.picks('Look', message));
    await stage.answer(look, 4, { content: 'Looked' });
    expect((await alice.sees('Looked')).interaction_metadata).toMatchObject({ target_message_id: message.id });
    const greet = await stage.during(alice.picks('Greet', alice.user));
    await stage.answer(greet, 4, { content: 'Greeted' });
    expect((await alice.sees('Greeted')).interaction_metadata).toMatchObject({ target_user: { id: alice.user.id } });
  });
});

describe('the control interface', () => {
  it('refuses to install what is not there, and for bots', async () => {
    expect((await install('POST', '1')).status).toBe(404);
    expect((await install('POST', stage.playground.botUserId)).status).toBe(404);
  });

  it('reaches a bot that is in no guild at all', async () => {
    const { control, emulator } = stage.playground;
    const application = { name: 'Pocket', intents: [], guildIds: [] };
    const { body } = await control<{ id: string; botToken: string }>('applications', application);
    await control('installs', { userId: stage.alice.user.id, applicationId: body.id });
    const bot = new ApiClient(emulator.origin, `Bot ${body.botToken}`);
    // Commands that say nothing are for servers and users from then on.
    await bot.put(`/applications/${body.id}/commands`, [{ name: 'pocket', description: 'Anywhere' }]);
    const gateway = new RawGateway(emulator.origin);
    await gateway.identify({ token: body.botToken, intents: 0 });
    await gateway.event('READY');
    const outcome = stage.alice.runs('pocket', {}, { in: channelId });
    outcome.catch(() => undefined);
    const interaction = await gateway.event<{ id: string; token: string }>('INTERACTION_CREATE');
    expect(interaction).toMatchObject({ authorizing_integration_owners: { '1': stage.alice.user.id } });
    await bot.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
      type: 4,
      data: { content: 'Hi' },
    });
    await stage.alice.sees('Hi', { in: channelId });
    await outcome;
    gateway.socket.terminate();
  });
});
