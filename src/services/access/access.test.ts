import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../kernel/json.ts';
import { accessSchema, loadConfig } from '../../platform/config/index.ts';
import { checkAccessNames, createAccess } from './index.ts';
import type { Caller } from './index.ts';

const guildId = '300000000000000001';
const channelId = '400000000000000001';
const place = { guildId, channelId };
const nina: Caller = { userId: '9', displayName: 'Nina', roleIds: [], permissions: 0n, instanceAdministrator: false };
const olivia: Caller = { ...nina, userId: '8', instanceAdministrator: true };

/** Overrides by `scope/id`, as the settings service stores them. */
function setUp(access: object = {}, threads: Record<string, string> = {}) {
  const overrides = new Map<string, Record<string, Json>>();
  const listeners: (() => void)[] = [];
  const service = createAccess({
    config: accessSchema.parse(access),
    administrators: [olivia.userId],
    settings: {
      peek: (feature, scope, id) => (feature === 'access' ? overrides.get(`${scope}/${id}`) : undefined),
      onChange: (changed) => {
        listeners.push(changed);
        return () => undefined;
      },
      set: (_feature, scope, id, key, value) => {
        set(`${scope}/${id}`, value === undefined ? {} : { [key]: value });
        return Promise.resolve();
      },
      forUser: (_feature, id) => Promise.resolve(overrides.get(`user/${id}`) ?? {}),
    },
    parentOfThread: (id) => threads[id],
  });
  const set = (where: string, values: Record<string, Json>) => {
    overrides.set(where, values);
    for (const changed of listeners) changed();
  };
  return { service, set };
}

const model = (id: string) => ({ kind: 'model' as const, id });

describe("everyone's free money per day", () => {
  const free = ({ service }: ReturnType<typeof setUp>, caller = nina) =>
    service.policy(caller, place).figures.freeMicrosPerDay;

  it('set by command overrides the settings until it is reset, also in roles that inherit it', async () => {
    const world = setUp({
      roles: {
        member: { dailyFreeUsd: 2 },
        staff: { inherits: 'member', users: ['100000000000000007'] },
        rich: { dailyFreeUsd: 5, users: ['100000000000000006'] },
      },
    });
    expect(free(world)).toEqual({ value: 2_000_000, rule: 'role member' });
    await world.service.setEveryonesFree(1_000_000);
    expect(free(world)).toEqual({ value: 1_000_000, rule: 'role member, set by command' });
    expect(free(world, { ...nina, userId: '100000000000000007' }).value).toBe(1_000_000);
    expect(free(world, { ...nina, userId: '100000000000000006' })).toEqual({ value: 5_000_000, rule: 'role rich' });
    expect(world.service.everyonesFree()).toEqual({
      micros: 1_000_000,
      byCommand: true,
      more: [{ role: 'rich', micros: 5_000_000 }],
    });
    await world.service.setEveryonesFree(undefined);
    expect(free(world)).toEqual({ value: 2_000_000, rule: 'role member' });
    expect(world.service.everyonesFree()).toMatchObject({ micros: 2_000_000, byCommand: false });
  });

  it('stays at the settings when the stored value is not an amount', () => {
    const world = setUp();
    world.set('instance/', { dailyFreeUsd: -1 });
    expect(free(world)).toEqual({ value: 500_000, rule: 'default for members' });
  });
});

describe('rules of a guild or channel', () => {
  it('apply together, from the settings and by command', () => {
    const { service, set } = setUp({ guilds: { [guildId]: { models: ['fake/*', 'demo/*'], imagesPerDay: 4 } } });
    expect(service.decide(nina, place, model('demo/x')).allowed).toBe(true);
    set(`guild/${guildId}`, { models: ['fake/*', 'other/*'], imagesPerDay: 10 });
    expect(service.decide(nina, place, model('demo/x'))).toMatchObject({ rule: `guild ${guildId}, by command` });
    expect(service.decide(nina, place, model('other/x'))).toMatchObject({ rule: `guild ${guildId}` });
    expect(service.decide(nina, place, model('fake/x')).allowed).toBe(true);
    expect(service.policy(nina, place).figures.imagesPerDay).toEqual({ value: 4, rule: `guild ${guildId}` });
    set(`guild/${guildId}`, { imagesPerDay: 2 });
    expect(service.policy(nina, place).figures.imagesPerDay.value).toBe(2);
  });

  it('apply to that place and its threads', () => {
    const { service } = setUp({ channels: { [channelId]: { commands: [] } } }, { thread: channelId });
    const run = (at: typeof place) =>
      service.decide(nina, at, { kind: 'command', feature: 'basics', name: 'ping', access: 'everyone' }).allowed;
    expect([place, { guildId, channelId: 'thread' }, { guildId, channelId: 'other' }].map(run)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("don't restrict instance administrators", () => {
    const { service } = setUp({ guilds: { [guildId]: { models: [], tokensPerWeek: 1, requestsPerMinute: 1 } } });
    expect(service.decide(olivia, place, model('fake/x')).allowed).toBe(true);
    const policy = service.policy(olivia, place);
    expect(policy.figures.tokensPerWeek.value).toBe(500_000);
    expect(service.rates(policy)).toEqual([]);
  });

  it('are ignored one by one when they are no longer valid', () => {
    const { service, set } = setUp();
    set(`channel/${channelId}`, { imagesPerDay: -1, tokensPerWeek: 7, gone: true });
    expect(service.policy(nina, place).figures).toMatchObject({
      imagesPerDay: { value: 5 },
      tokensPerWeek: { value: 7 },
    });
  });
});

describe('what a policy gives', () => {
  const { service } = setUp({
    roles: { member: { requestsPerHour: null, requestsPerMinute: 0, tokensPerDay: 900, imagesPerDay: null } },
  });
  const policy = service.policy(nina, place);

  it('in rates', () => {
    expect(service.rates(policy)).toEqual([
      { key: 'user:9/requests/minute', count: 0, periodMs: 60_000, rule: 'role member' },
    ]);
  });

  it('as allowances, one per unit, and further limits', () => {
    expect(service.allowances(policy)).toEqual([
      { unit: 'micros', period: 'day', amount: 500_000, rule: 'default for members' },
      { unit: 'tokens', period: 'week', amount: 100_000, rule: 'default for members' },
      { unit: 'images', period: 'day', amount: null, rule: 'role member' },
    ]);
    expect(service.limits(policy)).toEqual([
      { holder: { kind: 'user', id: '9' }, unit: 'tokens', period: 'day', cap: 900, rule: 'role member' },
    ]);
  });
});

it('workers decide by the roles that the request was admitted with', () => {
  const { service } = setUp({
    roles: { member: { models: ['demo/*'] }, artist: { models: ['fake/*'] } },
    guilds: { [guildId]: { models: ['*/small', 'demo/*'] } },
  });
  const may = (roles: string[], id: string, administrator = false) =>
    service.isGranted({ roles, administrator }, place, 'models', id);
  expect(may(['member'], 'demo/x')).toBe(true);
  expect(may([], 'demo/x')).toBe(true);
  expect(may(['member'], 'fake/small')).toBe(false);
  expect(may(['member', 'artist'], 'fake/small')).toBe(true);
  expect(may(['member', 'artist'], 'fake/large')).toBe(false);
  expect(may(['member'], 'fake/large', true)).toBe(true);
});

describe('a figure set for one person', () => {
  const subject = { userId: nina.userId, roles: ['member'], administrator: false };

  it("replaces that of their roles, also for workers, until it's reset", async () => {
    const { service } = setUp({ roles: { artist: { imageStorageMb: 2000, users: ['100000000000000007'] } } });
    const kept = () => service.figureOf(subject, place, 'imageStorageMb');
    expect(await kept()).toEqual({ value: 500, rule: 'default for members' });
    expect(await service.figureOf({ ...subject, roles: ['artist'] }, place, 'imageStorageMb')).toMatchObject({
      value: 2000,
    });
    expect(await service.figureOf({ ...subject, administrator: true }, place, 'imageStorageMb')).toMatchObject({
      value: null,
    });
    await service.setOwn(nina.userId, 'imageStorageMb', 50);
    expect(await kept()).toEqual({ value: 50, rule: 'set for this person' });
    expect((await service.ownPolicy(nina, place)).figures.imageStorageMb.value).toBe(50);
    expect(await service.own(nina.userId)).toEqual({ imageStorageMb: 50 });
    await service.setOwn(nina.userId, 'imageStorageMb', undefined);
    expect(await kept()).toMatchObject({ value: 500 });
  });

  it("doesn't pass what guild and channel leave", async () => {
    const { service } = setUp({ guilds: { [guildId]: { imagesPerDay: 3 } } });
    await service.setOwn(nina.userId, 'imagesPerDay', null);
    expect((await service.ownPolicy(nina, place)).figures.imagesPerDay).toEqual({ value: 3, rule: `guild ${guildId}` });
    const direct = { guildId: null, channelId };
    expect((await service.ownPolicy(nina, direct)).figures.imagesPerDay.value).toBeNull();
    expect(service.policy(nina, direct).figures.imagesPerDay.value).toBe(5);
  });
});

describe('invalid access settings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'familiar-access-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const load = (yaml: string) => {
    writeFileSync(join(folder, 'familiar.yaml'), yaml);
    const config = loadConfig({ env: {}, folder });
    checkAccessNames(config, { features: ['chat', 'basics'], commands: ['help', 'server-model'] });
    return config.access;
  };

  it.each([
    ['default: membr', /familiar\.yaml:2:12 +access\.default: "membr" is not allowed\. Did you mean member\?/],
    ['roles: { a: { inherits: b }, b: { inherits: a } }', /:2:27 +access\.roles\.a\.inherits: .*a → b → a/],
    ['roles: { a: { inherits: a } }', /access\.roles\.a\.inherits: .*a → a/],
    ['roles: { a: { inherits: c } }', /access\.roles\.a\.inherits: "c" is not allowed.*a, member, administrator/],
    ['roles: { a: { features: [chta] } }', /:2:28 +access\.roles\.a\.features\.0: "chta".* Did you mean chat\?/],
    ['roles: { a: { commands: [help, "sever-*"] } }', /access\.roles\.a\.commands\.1: "sever-\*" is not allowed/],
    [`guilds: { "${guildId}": { commands: [hlep] } }`, /access\.guilds\.\d+\.commands\.0: "hlep".*Did you mean help\?/],
    ['roles: { a: { models: [gpt-6] } }', /access\.roles\.a\.models\.0: "gpt-6" is not allowed.*provider\/model/],
    ['roles: { a: { models: [opnai/gpt-6] } }', /models\.0: "opnai\/gpt-6" names a provider that is not configured/],
    [
      'roles: { a: { permissions: [ManageGild] } }',
      /permissions\.0: "ManageGild" is not allowed\. Did you mean ManageGuild/,
    ],
    ['roles: { a: { tokensPerWeek: -1 } }', /tokensPerWeek: -1 is not allowed\. Allowed: a whole number from 0/],
    ['roles: { a: { tokensPerWeek: 1.5 } }', /tokensPerWeek: 1\.5 is not allowed/],
    ['roles: { a: { dailyFreeUsd: -0.01 } }', /dailyFreeUsd: -0\.01 is not allowed\. Allowed: US dollars/],
    ['roles: { a: { tokensPerWek: 1 } }', /tokensPerWek: unknown setting\. Did you mean tokensPerWeek\?/],
    ['roles: { a: { discordRoles: [admin] } }', /discordRoles\.0: "admin" is not allowed\. Allowed: an id/],
    ['guilds: { here: {} }', /access\.guilds\.here: this name is not allowed\. Allowed: an id/],
    ['channels: { 300000000000000001: { users: [] } }', /access\.channels\.300000000000000001\.users: unknown setting/],
  ])('%s', (yaml, message) => {
    expect(() => load(`access:\n  ${yaml}\n`)).toThrow(message);
  });

  it('accept command names in their old form with underscores', () => {
    const access = load('access:\n  roles:\n    staff: { commands: [server_model, "server_*"] }\n');
    expect(access.roles['staff']?.commands).toEqual(['server-model', 'server-*']);
  });

  it('accept valid ones', () => {
    const access = load(
      'access:\n  roles:\n    staff:\n      inherits: member\n      discordRoles: [300000000000000001]\n' +
        '      permissions: [ManageGuild]\n      models: [openai/*, "*/small"]\n      commands: ["server-*", help]\n' +
        '      tokensPerDay: unlimited\n      dailyFreeUsd: 0.25\n  guilds:\n    300000000000000001: { features: [chat] }\n',
    );
    expect(access.roles['staff']).toMatchObject({ tokensPerDay: null, discordRoles: ['300000000000000001'] });
    expect(access.guilds).toEqual({ [guildId]: { features: ['chat'] } });
  });
});
