import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callableCommands } from '../sdk/index.ts';
import type { Command, ComponentRight } from '../sdk/index.ts';
import type { Access, Action, Caller } from '../services/access/index.ts';
import { everyPage } from '../testing/help.ts';
import { answersTo, verdictOf } from '../testing/refusal-words.ts';
import { longTests } from '../testing/long.ts';
import { startTestBot } from '../testing/bot.ts';
import type { TestBot } from '../testing/bot.ts';
import { buttonId, messageOf, postEverything } from '../testing/every-button.ts';
import { inputsFor, makeMatrixWorld, placeNames } from '../testing/matrix-world.ts';
import type { Actor, MatrixWorld, Persona, PlaceName } from '../testing/matrix-world.ts';
import { featuresFolder, findFeatures } from './features.ts';
import { commandNamesOf } from './setting-sections.ts';

const found = await findFeatures(featuresFolder);
const features = found.map(({ definition }) => definition.name);

/** Command names and titles by feature, from the texts that every command must have. */
const texts = found.map(({ definition, folder }) => ({
  ...(JSON.parse(readFileSync(join(folder, 'locales', 'en.json'), 'utf8')) as {
    'message-commands'?: Record<string, { title: string }>;
  }),
  feature: definition.name,
}));
const commandNames = [...new Set(found.flatMap(commandNamesOf))].sort();

/** Every n-th, so that each role has some of whatever there is, and lacks some. */
const part = (names: readonly string[], of: number, ...rests: number[]) =>
  names.filter((_, index) => rests.includes(index % of));

type Lists = { features?: string[]; commands?: string[] };
interface Rules {
  roles: Record<string, Lists & { inherits?: string }>;
  own: Lists;
  tightened: Lists;
  foreign: Lists;
}

/** The settings of the test; the oracle reads them again by its own means. */
const rules: Rules = {
  roles: {
    member: { features: part(features, 3, 0, 1), commands: part(commandNames, 3, 0, 1) },
    artist: { features: ['*'], commands: part(commandNames, 3, 1, 2) },
    friend: { commands: part(commandNames, 2, 1) },
    organiser: { inherits: 'artist', commands: ['*'] },
  },
  own: {},
  tightened: { commands: part(commandNames, 2, 0) },
  foreign: { features: part(features, 2, 0), commands: part(commandNames, 5, 0, 1, 2, 3) },
};

const administratorsOf = ({ actors }: MatrixWorld) =>
  actors.filter(({ persona }) => persona.instanceAdministrator).map(({ person }) => person.user.id);

function yaml(world: MatrixWorld): string {
  const friend = world.actors.find(({ persona }) => persona.name === 'fred')?.person.user.id;
  const { member, artist, friend: ofFriend, organiser } = rules.roles;
  const access = {
    roles: {
      member: { ...member, requestsPerMinute: null, requestsPerHour: null },
      artist: { ...artist, discordRoles: [world.artistRoleId] },
      friend: { ...ofFriend, users: [friend] },
      organiser: { ...organiser, permissions: ['ManageEvents'] },
    },
    guilds: { [world.foreignGuildId]: rules.foreign },
    channels: Object.fromEntries(world.actors.map(({ places }) => [places.tightened.channelId, rules.tightened])),
  };
  const administrators = administratorsOf(world);
  return `instance: ${JSON.stringify({ administrators })}\naccess: ${JSON.stringify(access)}\n`;
}

type Verdict = 'allowed' | 'rank' | 'policy' | 'tightened';

interface Asked {
  feature: string | null;
  command?: string;
  /** Of a component. */
  right?: ComponentRight;
  access?: Access;
}

/** What the settings mean, worked out from the table of personas and the lists above alone. */
function oracle(persona: Persona, place: PlaceName, { feature, command, right, access = 'everyone' }: Asked): Verdict {
  if (persona.instanceAdministrator || access === 'always') return 'allowed';
  const ranks: Access[] = ['everyone', ...(persona.ranks?.[place] ?? [])];
  if (place === 'direct') ranks.push('moderator', 'guild-administrator');
  if (!ranks.includes(access)) return 'rank';
  const roles = ['member', ...(persona.roles?.[place] ?? [])];
  const wanted: (readonly ['features' | 'commands', string])[] = [];
  if (feature !== null) wanted.push(['features', feature]);
  if (command !== undefined) wanted.push(['commands', command]);
  for (const name of right && 'commands' in right ? right.commands : []) {
    wanted.push(['features', featureOf(name)], ['commands', name]);
  }
  for (const [kind, name] of wanted) {
    const given = roles.flatMap((role) => {
      const own = rules.roles[role];
      return own?.[kind] ?? (own?.inherits === undefined ? [] : (rules.roles[own.inherits]?.[kind] ?? []));
    });
    if (!given.includes(name) && !given.includes('*')) return 'policy';
    const left = place === 'direct' ? undefined : rules[place][kind];
    if (left && !left.includes(name)) return 'tightened';
  }
  return 'allowed';
}

/** The feature whose command this is: a component of another one may need the right to it. */
const featureOf = (command: string): string =>
  found.find((one) => commandNamesOf(one).includes(command))?.definition.name ?? '';

let bot: TestBot;
let world: MatrixWorld;
beforeAll(async () => {
  bot = await startTestBot({
    paced: false,
    yaml: async (_people, emulator) => {
      world = await makeMatrixWorld(emulator);
      return yaml(world);
    },
  });
}, 30_000);
afterAll(async () => {
  for (const { person } of world.actors) await person.close();
  await bot.close();
});

/** Everything that is registered, in the bot that runs. */
function registered() {
  const all = bot.app.features.map(({ definition, parts }) => ({ feature: definition.name, parts }));
  return {
    commands: all.flatMap(({ feature, parts }) =>
      (parts.commands ?? []).flatMap(callableCommands).map((command) => ({ feature, command })),
    ),
    onMessages: all.flatMap(({ feature, parts }) =>
      (parts.messageCommands ?? []).map((command) => {
        const title = texts.find((one) => one.feature === feature)?.['message-commands']?.[command.name]?.title ?? '';
        return { feature, command, title };
      }),
    ),
    components: all.flatMap(({ feature, parts }) =>
      Object.entries(parts.components ?? {}).map(([name, handler]) => ({ feature, name, handler })),
    ),
    jobs: all.flatMap(({ feature, parts }) => Object.keys(parts.jobs ?? {}).map((name) => ({ feature, name }))),
    routes: bot.app.routes,
  };
}

const everywhere = () => world.actors.flatMap((actor) => placeNames.map((place) => ({ actor, place })));

function callerOf({ persona, person, places, roleIds }: Actor, place: PlaceName): Caller {
  const { guildId, channelId } = places[place];
  return {
    userId: person.user.id,
    displayName: persona.name,
    roleIds: roleIds[place],
    permissions: guildId === null ? null : bot.emulator.core.permissions(person.user.id, { channelId }),
    instanceAdministrator: persona.instanceAdministrator ?? false,
  };
}

function actions(): { action: Action; asked: Asked }[] {
  const { commands, onMessages, components, jobs, routes } = registered();
  return [
    ...[...commands, ...onMessages].map(({ feature, command: { name, access } }) => ({
      action: { kind: 'command' as const, feature, name, access },
      asked: { feature, command: name, access },
    })),
    ...components.map(({ feature, name, handler: { access = 'everyone' } }) => ({
      action: { kind: 'component' as const, feature, name, access },
      asked: { feature, access },
    })),
    ...jobs.map(({ feature, name }) => ({ action: { kind: 'job' as const, feature, name }, asked: { feature } })),
    ...routes.map(({ feature, name, access }) => ({
      action: { kind: 'route' as const, feature, name, access },
      asked: { feature, access },
    })),
  ];
}

it('the test is about every command there is', () => {
  const { commands, onMessages } = registered();
  const names = [...commands, ...onMessages].map(({ command }) => command.name);
  expect([...new Set(names)].sort()).toEqual(commandNames);
});

describe('the policy', () => {
  it('decides as the settings say: every action, role and place', () => {
    const rows = everywhere().flatMap(({ actor, place }) =>
      actions().map(({ action, asked }) => {
        const decision = bot.app.access.decide(callerOf(actor, place), actor.places[place], action);
        const row = `${actor.persona.name} ${place} ${JSON.stringify(action)}`;
        const decided = decision.allowed ? 'allowed' : decision.because;
        return { decided: `${row}: ${decided}`, expected: `${row}: ${oracle(actor.persona, place, asked)}` };
      }),
    );
    expect(rows.map(({ decided }) => decided)).toEqual(rows.map(({ expected }) => expected));
    for (const verdict of ['allowed', 'rank', 'policy', 'tightened']) {
      expect(rows.filter(({ expected }) => expected.endsWith(`: ${verdict}`)).length, verdict).toBeGreaterThan(10);
    }
  });

  it('opens the pages of the app to everyone', async () => {
    for (const route of registered().routes.filter(({ method }) => method === 'GET')) {
      const { status } = await fetch(`http://127.0.0.1:${bot.app.port}${route.path}`);
      expect([route.name, status]).toEqual([route.name, route.access === 'everyone' ? 200 : 403]);
    }
  });
});

/** Events reach a person in order, so their own message comes after all that was sent before. */
async function allArrived(): Promise<void> {
  await bot.idle();
  for (const { person } of world.actors) {
    const { id } = await person.says('#art', 'that is all');
    await person.hears<APIMessage>('MESSAGE_CREATE', (message) => message.id === id);
  }
}

function expectedOf(actor: Actor, place: PlaceName, asked: Asked, places?: Command['places']): string {
  const kind = place === 'direct' ? 'dm' : 'guild';
  return places && !places.includes(kind) ? 'place' : oracle(actor.persona, place, asked);
}

/** Of everything that `things` lists: whether this actor tries it in this place. */
type IsTried = (index: number, actor: Actor, place: PlaceName) => boolean;

/**
 * Over the wire each thing is tried once for each place and verdict, by people in turn; whole test runs try everyone. That
 * every other combination is decided alike is tested above.
 */
function sample(things: readonly { asked: Asked; places?: Command['places'] }[]): IsTried {
  if (longTests()) return () => true;
  const tried = things.map(({ asked, places }, index) => {
    const all = everywhere();
    const start = (index * 7) % all.length;
    const chosen = new Map<string, string>();
    for (const { actor, place } of [...all.slice(start), ...all.slice(0, start)]) {
      const key = `${place} ${expectedOf(actor, place, asked, places)}`;
      if (!chosen.has(key)) chosen.set(key, `${actor.persona.name} ${place}`);
    }
    return new Set(chosen.values());
  });
  return (index, actor, place) => tried[index]?.has(`${actor.persona.name} ${place}`) ?? false;
}

const askedOf = (commands: ReturnType<typeof registered>['commands' | 'onMessages']) =>
  commands.map(({ feature, command: { name, access, places } }) => ({
    asked: { feature, command: name, access },
    ...(places && { places }),
  }));

interface Row {
  actor: Actor;
  what: string;
  expected: string;
  isAnswer: (message: APIMessage) => boolean;
}

async function compare(rows: readonly Row[]): Promise<void> {
  await allArrived();
  const read = rows.map(({ actor, what, isAnswer }) => `${what}: ${verdictOf(answersTo(actor, isAnswer))}`);
  expect(read).toEqual(rows.map(({ what, expected }) => `${what}: ${expected}`));
}

/** Runs for every actor at once, in turn over the places of each. */
async function forEveryone(run: (actor: Actor, place: PlaceName) => Promise<Row[]>): Promise<Row[]> {
  const rows = await Promise.all(
    world.actors.map(async (actor) => {
      const own: Row[] = [];
      for (const place of placeNames) own.push(...(await run(actor, place)));
      return own;
    }),
  );
  return rows.flat();
}

const interactionOf = (message: APIMessage) => message.interaction_metadata?.id;

describe('over the wire, refused exactly where the settings say', () => {
  it('are prefix commands', { timeout: longTests() ? 300_000 : 60_000 }, async () => {
    const isTried = sample(askedOf(registered().commands));
    const rows = await forEveryone(async (actor, place) => {
      const { channelId } = actor.places[place];
      const said: Row[] = [];
      for (const [index, { feature, command }] of registered().commands.entries()) {
        if (!isTried(index, actor, place)) continue;
        const { name, access, places } = command;
        const { id } = await actor.person.says(channelId, `!${name}`);
        const expected = expectedOf(actor, place, { feature, command: name, access }, places);
        const what = `${actor.persona.name} ${place} !${name}`;
        said.push({ actor, what, expected, isAnswer: (message) => message.message_reference?.message_id === id });
      }
      return said;
    });
    await compare(rows);
  });

  it('are slash commands, where Discord offers them', { timeout: longTests() ? 300_000 : 60_000 }, async () => {
    const isTried = sample(askedOf(registered().commands));
    const rows = await forEveryone(async (actor, place) => {
      const run: Row[] = [];
      for (const [index, { feature, command }] of registered().commands.entries()) {
        if (!isTried(index, actor, place)) continue;
        const { name, access, places } = command;
        const expected = expectedOf(actor, place, { feature, command: name, access }, places);
        const what = `${actor.persona.name} ${place} /${name}`;
        const id = await offered(actor.person.runs(name, inputsFor(command, actor, place), inside(actor, place)));
        if (id === undefined) expect(whyHidden(actor), `${what} is hidden`).toContain(expected);
        else run.push({ actor, what, expected, isAnswer: (message) => interactionOf(message) === id });
      }
      return run;
    });
    expect(rows.length).toBeGreaterThan(world.actors.length * placeNames.length);
    await compare(rows);
  });

  it(
    'are components, and commands in the menu of the message that holds them',
    { timeout: longTests() ? 300_000 : 60_000 },
    async () => {
      const { components, onMessages } = registered();
      const isPressed = sample(
        components.map(({ feature, handler: { access = 'everyone', right } }) => ({
          asked: { feature, access, ...(right && { right }) },
        })),
      );
      const isPicked = sample(askedOf(onMessages));
      const rows = await forEveryone(async (actor, place) => {
        const messages = await postEverything(bot, actor.places[place].channelId);
        const pressed: Row[] = [];
        for (const [index, { feature, name, handler }] of components.entries()) {
          if (!isPressed(index, actor, place)) continue;
          const { id } = await actor.person.presses(
            messageOf(messages, index),
            buttonId(feature, name, handler.version),
          );
          const { access = 'everyone', right } = handler;
          const expected = expectedOf(actor, place, { feature, access, right });
          const what = `${actor.persona.name} ${place} ${feature}/${name}`;
          pressed.push({ actor, what, expected, isAnswer: (answer) => interactionOf(answer) === id });
        }
        for (const [index, { feature, command, title }] of onMessages.entries()) {
          if (!isPicked(index, actor, place)) continue;
          const { name, access, places } = command;
          const expected = expectedOf(actor, place, { feature, command: name, access }, places);
          const what = `${actor.persona.name} ${place} "${title}"`;
          const id = await offered(actor.person.picks(title, messageOf(messages, 0)));
          if (id === undefined) expect(whyHidden(actor), `${what} is hidden`).toContain(expected);
          else pressed.push({ actor, what, expected, isAnswer: (answer) => interactionOf(answer) === id });
        }
        return pressed;
      });
      await compare(rows);
    },
  );
});

it('the help lists exactly what may be used', { timeout: longTests() ? 300_000 : 60_000 }, async () => {
  const asked: { actor: Actor; place: PlaceName; id: string }[] = [];
  for (const { actor, place } of everywhere()) {
    if (expectedOf(actor, place, { feature: 'basics', command: 'help' }) !== 'allowed') continue;
    asked.push({ actor, place, ...(await actor.person.runs('help', {}, inside(actor, place))) });
  }
  await allArrived();
  const usable = ({ actor, place }: (typeof asked)[number]) =>
    registered()
      .commands.filter(({ feature, command: { name, access, places } }) => {
        return expectedOf(actor, place, { feature, command: name, access }, places) === 'allowed';
      })
      .map(({ command }) => command.name);
  const listed: unknown[] = [];
  for (const { actor, id } of asked) {
    const [answer] = answersTo(actor, (message) => interactionOf(message) === id);
    listed.push([...(await everyPage(actor.person, answer)).matchAll(/^`\/([^`]+)` /gm)].map(([, name]) => name));
  }
  expect(listed).toEqual(asked.map(usable));
  expect(asked.length).toBeGreaterThan(world.actors.length);
});

const inside = (actor: Actor, place: PlaceName) => ({ in: actor.places[place].channelId });

/** Discord goes by its own permissions: it hides a moderator's command from those who run the bot, too. */
const whyHidden = ({ persona }: Actor) => (persona.instanceAdministrator ? ['place', 'allowed'] : ['place', 'rank']);

/** The interaction's id; undefined when Discord does not offer the command to this person here. */
async function offered(outcome: Promise<{ id: string }>): Promise<string | undefined> {
  try {
    return (await outcome).id;
  } catch (error) {
    if (error instanceof Error && error.message.includes('is offered no command')) return undefined;
    throw error;
  }
}
