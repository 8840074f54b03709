import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Emulator } from '../../emulator/index.ts';
import {
  addBot,
  addMember,
  BOT_PERMISSIONS,
  createChannel,
  createGuild,
  createRole,
  createUser,
} from '../../emulator/creation.ts';
import { connectPerson } from '../../emulator/testing/person.ts';
import type { OptionInput, Person } from '../../emulator/testing/person.ts';
import type { Command } from '../sdk/index.ts';
import type { Access } from '../services/access/index.ts';

export const placeNames = ['own', 'tightened', 'foreign', 'direct'] as const;
export type PlaceName = (typeof placeNames)[number];

/** A person's rights, written down here, so that the tested code computes none of them. */
export interface Persona {
  name: string;
  /** Instance roles by place; by default everyone's role only. */
  roles?: Partial<Record<PlaceName, string[]>>;
  /** Ranks by place in addition to `everyone`. In direct messages everyone is moderator and administrator. */
  ranks?: Partial<Record<PlaceName, Access[]>>;
  instanceAdministrator?: boolean;
  /** Their Discord role in their own server and in the foreign one. */
  discordRole?: { own?: string; foreign?: string };
}

const inOwn = <Value>(value: Value) => ({ own: value, tightened: value });
const everywhere = <Value>(value: Value) => ({ own: value, tightened: value, foreign: value, direct: value });

const personas: readonly Persona[] = [
  { name: 'mara', ranks: { foreign: ['guild-administrator'] }, discordRole: { foreign: 'Manager' } },
  { name: 'arti', roles: inOwn(['artist']), discordRole: { own: 'Artist' } },
  { name: 'fred', roles: everywhere(['friend']) },
  { name: 'orla', roles: inOwn(['organiser']), discordRole: { own: 'Organiser' } },
  { name: 'mona', ranks: inOwn<Access[]>(['moderator']), discordRole: { own: 'Moderators' } },
  { name: 'gwen', ranks: inOwn<Access[]>(['guild-administrator']), discordRole: { own: 'Manager' } },
  { name: 'inga', instanceAdministrator: true },
];

const discordRoles: Readonly<Record<string, bigint>> = {
  Artist: 0n,
  Organiser: PermissionFlagsBits.ManageEvents,
  Moderators: PermissionFlagsBits.ManageMessages,
  Manager: PermissionFlagsBits.ManageGuild,
};

/** A persona in the emulator, with a channel per place, because a channel accepts few messages a second. */
export interface Actor {
  persona: Persona;
  person: Person;
  places: Record<PlaceName, { guildId: string | null; channelId: string }>;
  /** Role ids by place. */
  roleIds: Record<PlaceName, string[]>;
}

export interface MatrixWorld {
  actors: Actor[];
  foreignGuildId: string;
  artistRoleId: string;
}

/** Adds every persona to the emulator: in two servers and in direct messages with the bot. */
export async function makeMatrixWorld(emulator: Emulator): Promise<MatrixWorld> {
  const { world, clock, limits } = emulator.core;
  limits.enforce = false;
  const bot = [...world.users.values()].find((user) => user.bot);
  const [own] = world.guilds.values();
  if (!bot || !own) throw new Error('The emulator has no bot or no server.');
  const foreign = createGuild(world, clock, 'Elsewhere', createUser(world, 'oscar').id);
  addBot(world, clock, foreign.id, bot, BOT_PERMISSIONS);
  const makeRoles = (guildId: string) =>
    Object.fromEntries(
      Object.entries(discordRoles).map(([name, bits]) => [
        name,
        createRole(world, guildId, { name, permissions: String(bits) }).id,
      ]),
    );
  const roles = { own: makeRoles(own.id), foreign: makeRoles(foreign.id) };
  const idsOf = (where: 'own' | 'foreign', name: string | undefined) =>
    name === undefined ? [] : [roles[where][name] ?? ''];

  const actors = await Promise.all(
    personas.map(async (persona): Promise<Actor> => {
      const user = createUser(world, persona.name);
      const inOwnGuild = idsOf('own', persona.discordRole?.own);
      const inForeign = idsOf('foreign', persona.discordRole?.foreign);
      addMember(world, clock, own.id, user.id, inOwnGuild);
      addMember(world, clock, foreign.id, user.id, inForeign);
      const channel = (guildId: string, name: string) => ({
        guildId,
        channelId: createChannel(world, guildId, { name: `${persona.name}-${name}` }).id,
      });
      const places = {
        own: channel(own.id, 'own'),
        tightened: channel(own.id, 'tightened'),
        foreign: channel(foreign.id, 'foreign'),
      };
      const person = await connectPerson(emulator.origin, persona.name);
      const direct = { guildId: null, channelId: (await person.opensDirectMessages(bot.id)).id };
      const roleIds = { own: inOwnGuild, tightened: inOwnGuild, foreign: inForeign, direct: [] };
      return { persona, person, places: { ...places, direct }, roleIds };
    }),
  );
  return { actors, foreignGuildId: foreign.id, artistRoleId: roles.own['Artist'] ?? '' };
}

/** A value for every required option. */
export function inputsFor({ options }: Command, actor: Actor, place: PlaceName): Record<string, OptionInput> {
  const { guildId, channelId } = actor.places[place];
  const values = { string: 'x', boolean: false, user: actor.person.user.id, channel: channelId, role: guildId ?? '0' };
  const required = Object.entries(options).filter(([, { required }]) => required);
  return Object.fromEntries(
    required.map(([name, spec]): [string, OptionInput] => {
      if (spec.type === 'string') return [name, spec.choices?.[0] ?? values.string];
      if (spec.type === 'integer' || spec.type === 'number') return [name, spec.min ?? 1];
      if (spec.type === 'attachment') return [name, { name: 'x.txt', data: 'x' }];
      return [name, values[spec.type]];
    }),
  );
}
