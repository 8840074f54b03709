/**
 * The bot's gateway process against a bot on discord.js and against a bare socket: CPU time for the same messages and
 * memory in the same guilds. Each client is a process of its own that is measured from outside, by turns; of Familiar it is
 * `familiar start gateway` with all its features, without the database server's processes. Linux only.
 */
import { names, start } from './gateway/contestants.ts';
import type { Contestant, Name } from './gateway/contestants.ts';
import { cpuMs, residentMb, settled } from './gateway/process-meter.ts';
import { startServer } from './gateway/server.ts';
import type { Server } from './gateway/server.ts';
import { intents } from './gateway/world.ts';
import { withCleanUp } from './lib/clean-up.ts';
import type { AtEnd } from './lib/clean-up.ts';
import { median } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';

const size = { guilds: 1000, messages: 100_000 };
const rounds = 3;

interface Measured {
  eventsPerCoreSecond: number;
  afterGuildsMb: number;
  afterMessagesMb: number;
}

export function benchGateway(): Promise<Figure[]> {
  return withCleanUp(async (atEnd) => {
    const server = await startServer(size, atEnd);
    const measured: Record<Name, Measured[]> = { Familiar: [], 'discord.js': [], 'bare socket': [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const name of names) measured[name].push(await measure(server, name, atEnd));
    }
    return figures(measured);
  });
}

async function measure(server: Server, name: Name, atEnd: AtEnd): Promise<Measured> {
  const connecting = server.nextSession();
  const contestant = await start(name, server.apiBase, atEnd);
  const { child, output } = contestant.program;
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}. It printed:\n${output()}`)));
  });
  const measured = await Promise.race([ended, run(await Promise.race([ended, connecting]), child.pid ?? 0)]);
  ended.catch(() => {});
  await contestant.program.stop();
  await checkSeen(name, contestant);
  return measured;
}

async function run(session: Awaited<ReturnType<Server['nextSession']>>, pid: number): Promise<Measured> {
  const login = await session.loggedIn;
  if (login.intents !== intents) throw new Error(`The client asked for the intents ${login.intents}, not ${intents}.`);
  await settled(pid);
  const afterGuildsMb = residentMb(pid);
  const beforeMs = cpuMs(pid);
  await session.sendMessages();
  await settled(pid);
  const usedMs = cpuMs(pid) - beforeMs;
  return {
    eventsPerCoreSecond: (size.messages / usedMs) * 1000,
    afterGuildsMb,
    afterMessagesMb: residentMb(pid),
  };
}

/** A client that leaves messages out would be fast. */
async function checkSeen(name: Name, contestant: Contestant): Promise<void> {
  const seen = await contestant.messagesSeen();
  if (seen === size.messages) return;
  throw new Error(`${name} saw ${seen} of ${size.messages} messages. It printed:\n${contestant.program.output()}`);
}

function figures(measured: Record<Name, Measured[]>): Figure[] {
  const middle = (name: Name, what: keyof Measured) => median(measured[name].map((values) => values[what]));
  const ratio = (what: keyof Measured, other: Name) => middle('Familiar', what) / middle(other, what);
  const each = (label: string, what: keyof Measured, unit: 'per s' | 'MB') =>
    names.map((name) => ({ name: `${label}: ${name}`, value: middle(name, what), unit }));
  return [
    ...each('events per core-second', 'eventsPerCoreSecond', 'per s'),
    {
      name: 'events per core-second ÷ discord.js',
      value: ratio('eventsPerCoreSecond', 'discord.js'),
      unit: '×',
      atLeast: 3,
    },
    { name: 'events per core-second ÷ bare socket', value: ratio('eventsPerCoreSecond', 'bare socket'), unit: '×' },
    ...each(`memory in ${size.guilds} guilds`, 'afterGuildsMb', 'MB'),
    { name: 'memory in the guilds ÷ discord.js', value: ratio('afterGuildsMb', 'discord.js'), unit: '×' },
    ...each('memory after the messages', 'afterMessagesMb', 'MB'),
    {
      name: 'memory after the messages ÷ discord.js',
      value: ratio('afterMessagesMb', 'discord.js'),
      unit: '×',
      atMost: 0.4,
    },
  ];
}
