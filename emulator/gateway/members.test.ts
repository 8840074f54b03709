import { GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPlayground, type Playground } from '../testing/client.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

let nowMs: number;
let playground: Playground;
let gateways: RawGateway[];

async function connect(token: string | undefined): Promise<RawGateway> {
  const gateway = new RawGateway(playground.emulator.origin);
  gateways.push(gateway);
  await gateway.identify({ token, intents: GatewayIntentBits.Guilds | GatewayIntentBits.GuildMembers });
  await gateway.event('READY');
  return gateway;
}

/** The next answer to a request for members. */
async function ask(gateway: RawGateway, guildId: string, more: object = { query: '', limit: 0 }): Promise<unknown> {
  gateway.send(GatewayOpcodes.RequestGuildMembers, { guild_id: guildId, ...more });
  const { t, d } = await gateway.next((frame) => /^(GUILD_MEMBERS_CHUNK|RATE_LIMITED)$/.test(frame.t ?? ''));
  return t === 'RATE_LIMITED' ? d : t;
}

beforeEach(async () => {
  nowMs = Date.now();
  gateways = [];
  playground = await startPlayground({ limits: true, clock: { now: () => nowMs } });
});
afterEach(async () => {
  for (const gateway of gateways) gateway.socket.terminate();
  await playground.close();
});

it('all members of a guild are sent once in 30 seconds to a bot, other requests always', async () => {
  const { guildId, state, control } = playground;
  const gateway = await connect(state.application?.botToken);
  expect(await ask(gateway, guildId)).toBe('GUILD_MEMBERS_CHUNK');
  nowMs += 10_500;
  const limited = { opcode: 8, retry_after: 19.5, meta: { guild_id: guildId, nonce: 'again' } };
  expect(await ask(gateway, guildId, { query: '', limit: 0, nonce: 'again' })).toEqual(limited);
  expect(await ask(gateway, guildId)).toEqual({ ...limited, meta: { guild_id: guildId } });
  expect(await ask(gateway, guildId, { query: 'b', limit: 0 })).toBe('GUILD_MEMBERS_CHUNK');
  expect(await ask(gateway, guildId, { query: '', limit: 5 })).toBe('GUILD_MEMBERS_CHUNK');
  expect(await ask(gateway, guildId, { user_ids: ['1'] })).toBe('GUILD_MEMBERS_CHUNK');
  const { body: second } = await control<{ id: string }>('guilds', { name: 'Second' });
  expect(await ask(gateway, second.id)).toBe('GUILD_MEMBERS_CHUNK');
  const { body: other } = await control<{ botToken: string }>('applications', {
    name: 'Other',
    intents: ['guildMembers'],
  });
  expect(await ask(await connect(other.botToken), guildId)).toBe('GUILD_MEMBERS_CHUNK');
  nowMs += 19_500;
  expect(await ask(gateway, guildId)).toBe('GUILD_MEMBERS_CHUNK');
});

it('all members are sent as often as asked while limits are off', async () => {
  await playground.control('limits', { enforce: false });
  const gateway = await connect(playground.state.application?.botToken);
  for (const _time of [1, 2, 3]) expect(await ask(gateway, playground.guildId)).toBe('GUILD_MEMBERS_CHUNK');
});
