/**
 * The bot's gateway process against a bot on discord.js and against a bare socket: CPU time for the same messages and
 * memory in the same guilds. Each client is a process of its own that is measured from outside, by turns; of Familiar it is
 * `familiar start gateway` with all its features, without the database server's processes. Linux only.
 */
import { names, start } from './gateway/contestants.ts';
import type { Contestant, Name } from './gateway/contestants.ts';
import { startServer } from './gateway/server.ts';
import type { Server, Session } from './gateway/server.ts';
import { intents } from './gateway/world.ts';
import { withCleanUp } from './lib/clean-up.ts';
import type { AtEnd } from './lib/clean-up.ts';
import { cpuMs } from './lib/cpu-time.ts';
import { residentMb, settled } from './lib/process-meter.ts';
import { median } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';

const size = { guilds: 1000, messages: 100_000 };
const rounds = 3;

interface Measured {
  /** Of the first messages after the start. */
  firstEventsPerCoreSecond: number;
  /** Of as many again, when everything that runs often has been compiled. */
  nextEventsPerCoreSecond: number;
  /** Of both together: the bound is on this. */
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

async function run(session: Session, pid: number): Promise<Measured> {
  const login = await session.loggedIn();
  if (login.intents !== intents) throw new Error(`The client asked for the intents ${login.intents}, not ${intents}.`);
  await settled(pid);
  const afterGuildsMb = residentMb(pid);
  const firstMs = await timeOf(session, 'messages', pid);
  const afterMessagesMb = residentMb(pid);
  const nextMs = await timeOf(session, 'moreMessages', pid);
  const perSecond = (events: number, ms: number) => (events / ms) * 1000;
  return {
    firstEventsPerCoreSecond: perSecond(size.messages, firstMs),
    nextEventsPerCoreSecond: perSecond(size.messages, nextMs),
    eventsPerCoreSecond: perSecond(2 * size.messages, firstMs + nextMs),
    afterGuildsMb,
    afterMessagesMb,
  };
}

/** CPU milliseconds that the process takes for this part of the messages. */
async function timeOf(session: Session, part: 'messages' | 'moreMessages', pid: number): Promise<number> {
  const beforeMs = cpuMs(pid);
  await session.send(part);
  await settled(pid);
  return cpuMs(pid) - beforeMs;
}

/** A client that leaves messages out would be fast. */
async function checkSeen(name: Name, contestant: Contestant): Promise<void> {
  const seen = await contestant.messagesSeen();
  const sent = 2 * size.messages;
  if (seen === sent) return;
  throw new Error(`${name} saw ${seen} of ${sent} messages. It printed:\n${contestant.program.output()}`);
}

function figures(measured: Record<Name, Measured[]>): Figure[] {
  const middle = (name: Name, what: keyof Measured) => median(measured[name].map((values) => values[what]));
  const ratio = (what: keyof Measured, other: Name) => middle('Familiar', what) / middle(other, what);
  const each = (label: string, what: keyof Measured, unit: 'per s' | 'MB') =>
    names.map((name) => ({ name: `${label}: ${name}`, value: middle(name, what), unit }));
  const first = `first ${size.messages.toLocaleString('en')} events`;
  const all = `all ${(2 * size.messages).toLocaleString('en')} events`;
  return [
    ...each(`${first} per core-second`, 'firstEventsPerCoreSecond', 'per s'),
    { name: `${first} ÷ discord.js`, value: ratio('firstEventsPerCoreSecond', 'discord.js'), unit: '×' },
    { name: `${first} ÷ bare socket`, value: ratio('firstEventsPerCoreSecond', 'bare socket'), unit: '×' },
    ...each('as many again, per core-second', 'nextEventsPerCoreSecond', 'per s'),
    { name: 'as many again ÷ discord.js', value: ratio('nextEventsPerCoreSecond', 'discord.js'), unit: '×' },
    { name: 'as many again ÷ bare socket', value: ratio('nextEventsPerCoreSecond', 'bare socket'), unit: '×' },
    ...each(`${all} per core-second`, 'eventsPerCoreSecond', 'per s'),
    { name: `${all} ÷ discord.js`, value: ratio('eventsPerCoreSecond', 'discord.js'), unit: '×', atLeast: 3.1 },
    ...each(`memory in ${size.guilds} guilds`, 'afterGuildsMb', 'MB'),
    { name: 'memory in the guilds ÷ discord.js', value: ratio('afterGuildsMb', 'discord.js'), unit: '×' },
    ...each('memory after the messages', 'afterMessagesMb', 'MB'),
    {
      name: 'memory after the messages ÷ discord.js',
      value: ratio('afterMessagesMb', 'discord.js'),
      unit: '×',
      atMost: 0.36,
    },
  ];
}
