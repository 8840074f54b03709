import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../index.ts';
import { connectPerson, type Person } from './person.ts';

const closing: (() => unknown)[] = [];
let emulator: Emulator;
let alice: Person;
let bob: Person;

async function join(name: string, timeoutMs?: number): Promise<Person> {
  const person = await connectPerson(emulator.origin, name, timeoutMs === undefined ? {} : { timeoutMs });
  closing.push(() => person.close());
  return person;
}

async function drop(userId: string): Promise<void> {
  await fetch(`${emulator.origin}/_control/gateway`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'drop', userId }),
  });
}

beforeEach(async () => {
  const started = await startEmulator({ port: 0, dataDir: null });
  closing.push(() => started.close());
  emulator = started;
  alice = await join('alice');
  bob = await join('bob');
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('a person', () => {
  it('sees what others write and edit, each form once, and reads the history', async () => {
    const hello = await alice.says('#general', 'Hello Bob');
    expect((await bob.sees(/hello/i)).id).toBe(hello.id);
    await alice.edits(hello, 'Hello Robert');
    expect((await bob.sees('Hello')).content).toBe('Hello Robert');
    const reply = await bob.says('#general', 'Hello to you', { replyTo: hello });
    expect((await alice.sees('to you')).message_reference?.message_id).toBe(hello.id);
    expect((await alice.messages('#general')).map(({ id }) => id)).toEqual([hello.id, reply.id]);
  });

  it('sends files, reacts, opens threads and direct messages', async () => {
    const sent = await alice.says('#art', 'Look', { files: [{ name: 'a.txt', data: 'brush', type: 'text/plain' }] });
    expect(await (await fetch(sent.attachments[0]?.url ?? '')).text()).toBe('brush');
    await bob.reacts(sent, '🎨');
    await alice.hears<{ emoji: { name: string } }>('MESSAGE_REACTION_ADD', ({ emoji }) => emoji.name === '🎨');
    const thread = await bob.opensThread(sent, 'About the brush');
    await bob.says(thread.id, 'Which one?');
    await alice.sees('Which one?', { in: 'About the brush' });
    const { id } = await bob.opensDirectMessages(alice.user.id);
    await bob.says(id, 'Psst');
    await alice.sees('Psst', { in: id });
  });

  it('tells what it saw instead when it waits in vain', async () => {
    const hasty = await join('milo', 1000);
    await alice.says('#general', 'Something else');
    await hasty.sees('Something');
    await expect(hasty.sees('The answer')).rejects.toThrow(
      /milo waited 1000 ms for a message with The answer\.\nMessages seen:\n {2}#general alice: "Something else" taken\nLatest events: .*MESSAGE_CREATE/,
    );
    expect(() => hasty.channel('nowhere')).toThrow(/sees no channel "nowhere". There are: .*#general/);
    await expect(hasty.runs('nothing')).rejects.toThrow(/is offered no command "nothing"/);
    await expect(connectPerson(emulator.origin, 'nobody')).rejects.toThrow(/There are: .*alice/);
  });

  it('comes back by itself after a drop and has missed nothing', async () => {
    await drop(bob.user.id);
    await alice.says('#general', 'Are you there?');
    await bob.sees('Are you there?');
  });
});
