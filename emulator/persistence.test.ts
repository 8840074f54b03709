import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient, PNG, startPlayground } from './testing/client.ts';
import type { Playground } from './testing/client.ts';
import type { ControlState } from './control/state.ts';
import { openWorld, replayLimit } from './world.ts';

let dataDir: string;
const clock = { now: () => Date.now() };

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'emulator-data-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

interface Message {
  id: string;
  content: string;
  attachments: { url: string }[];
  reactions?: unknown[];
}

/** Permission bits of the folder and of all that is in it. */
function modes(): string[] {
  const names = ['', ...readdirSync(dataDir, { recursive: true }).map(String)];
  return names.map((name) => {
    const found = statSync(join(dataDir, name));
    return `${found.isDirectory() ? 'folder' : 'file'} ${(found.mode & 0o777).toString(8)}`;
  });
}

describe('the data folder', () => {
  it('can be read by its owner alone, also one that an earlier version made readable', async () => {
    chmodSync(dataDir, 0o755);
    writeFileSync(join(dataDir, 'journal.jsonl'), '', { mode: 0o644 });
    writeFileSync(join(dataDir, 'journal.jsonl.new'), '', { mode: 0o644 });
    const playground = await startPlayground({ dataDir });
    await playground.alice.upload('POST', `/channels/${playground.channelId('general')}/messages`, { content: 'hi' }, [
      { name: 'files[0]', filename: 'a.txt', data: 'the file', type: 'text/plain' },
    ]);
    expect(new Set(modes())).toEqual(new Set(['folder 700', 'file 600']));
    await playground.close();
  });
});

describe('a restart', () => {
  it('keeps messages, files, reactions, threads and tokens, and ids go on growing', async () => {
    const first = await startPlayground({ dataDir });
    const messages = `/channels/${first.channelId('general')}/messages`;
    const { body: kept } = await first.alice.upload<Message>('POST', messages, { content: 'keep me' }, [
      { name: 'files[0]', filename: 'a.txt', data: 'the file', type: 'text/plain' },
    ]);
    await first.bob.put(`${messages}/${kept.id}/reactions/👍/@me`);
    await first.alice.patch(`${messages}/${kept.id}`, { content: 'kept' });
    const { body: gone } = await first.alice.post<Message>(messages, { content: 'delete me' });
    await first.alice.delete(`${messages}/${gone.id}`);
    await first.close();

    const second = await startPlayground({ dataDir });
    expect(second.state.application).toEqual(first.state.application);
    expect(second.state.members).toEqual(first.state.members);
    const { body } = await second.bot.get<Message[]>(messages);
    expect(body).toMatchObject([{ id: kept.id, content: 'kept', reactions: [{ count: 1 }] }]);
    expect(await (await fetch(body[0]?.attachments[0]?.url ?? '')).text()).toBe('the file');
    const { body: next } = await second.alice.post<Message>(messages, { content: 'next' });
    expect(BigInt(next.id)).toBeGreaterThan(BigInt(gone.id));
    await second.close();
  });

  it('keeps forums, stickers, applications, profiles and entitlements', async () => {
    const first = await startPlayground({ dataDir });
    const guild = `/guilds/${first.guildId}`;
    const application = `/applications/${first.state.application?.id ?? ''}`;
    const image = `data:image/png;base64,${PNG.toString('base64')}`;
    const { body: forum } = await first.olivia.post<{ id: string; available_tags: { id: string }[] }>(
      `${guild}/channels`,
      { name: 'forum', type: 15, available_tags: [{ name: 'bug' }] },
    );
    const { body: post } = await first.alice.post<Message>(`/channels/${forum.id}/threads`, {
      ...{ name: 'Post', message: { content: 'a' }, applied_tags: forum.available_tags.map(({ id }) => id) },
    });
    await first.olivia.post(`${guild}/channels`, { name: 'voice', type: 2, user_limit: 7 });
    const file = { name: 'file', filename: 'a.png', data: new Uint8Array(PNG) };
    const form = { name: 'Cat', tags: 'cat', description: '' };
    const { body: sticker } = await first.olivia.upload<Message>('POST', `${guild}/stickers`, form, [file]);
    const { body: emoji } = await first.bot.post<Message>(`${application}/emojis`, { name: 'tick', image });
    await first.bot.patch(application, { tags: ['help'], icon: image });
    await first.bot.patch(`${guild}/members/@me`, { avatar: image, bio: 'Wise' });
    const owner = { owner_id: first.guildId, owner_type: 1 };
    const { body: right } = await first.bot.post<Message>(`${application}/entitlements`, { sku_id: '7', ...owner });
    const reads = async ({ bot, alice, emulator, botUserId }: Playground): Promise<unknown[]> => {
      const paths = [`/channels/${forum.id}`, `/channels/${post.id}`, `/channels/${post.id}/messages/${post.id}`];
      paths.push(`${guild}/channels`, `/stickers/${sticker.id}`, `${application}/emojis`, application);
      paths.push(`${application}/entitlements/${right.id}`, `${guild}/members/${botUserId}`);
      const bodies = await Promise.all(paths.map(async (path) => (await bot.get(path)).body));
      const card = await alice.get<{ guild_member_profile: unknown }>(
        `/users/${botUserId}/profile?guild_id=${first.guildId}`,
      );
      const files = [`stickers/${sticker.id}`, `emojis/${emoji.id}`].map(async (name) => {
        const answer = await fetch(`${emulator.origin}/cdn/${name}.png`);
        return Buffer.from(await answer.arrayBuffer()).equals(PNG);
      });
      return [...bodies, card.body.guild_member_profile, ...(await Promise.all(files))];
    };
    const before = await reads(first);
    await first.close();
    const second = await startPlayground({ dataDir });
    expect(await reads(second)).toEqual(before);
    expect(before.slice(-2)).toEqual([true, true]);
    await second.close();
  });

  it('remembers nonces', async () => {
    const first = await startPlayground({ dataDir });
    const messages = `/channels/${first.channelId('general')}/messages`;
    const body = { content: 'once', nonce: 'job-7', enforce_nonce: true };
    const { body: sent } = await first.bot.post<Message>(messages, body);
    await first.close();
    const second = await startPlayground({ dataDir });
    expect((await second.bot.post<Message>(messages, body)).body.id).toBe(sent.id);
    await second.close();
  });

  it('leaves out a last line that was cut short, and refuses a damaged one in the middle', () => {
    const journal = join(dataDir, 'journal.jsonl');
    const world = openWorld(dataDir, clock);
    world.guilds.set('1', { id: '1', name: 'kept', icon: null, ownerId: '2', systemChannelId: null });
    world.close();
    appendFileSync(journal, '[["guilds","3",{"id":"3","na');
    const again = openWorld(dataDir, clock);
    expect([...again.guilds.values()].map(({ name }) => name)).toEqual(['kept']);
    again.close();
    expect(readFileSync(journal, 'utf8')).not.toContain('"3"');
    appendFileSync(journal, 'broken\n[]\n');
    expect(() => openWorld(dataDir, clock)).toThrow(/line \d+ is damaged/);
  });

  it('never writes ephemeral messages, and bounds the replay of sessions', async () => {
    const playground = await startPlayground({ dataDir });
    const channelId = playground.channelId('general');
    const ephemeral = playground.core.messages.create(
      { channelId, authorId: playground.botUserId, ephemeralTo: playground.userId('alice'), flags: 64 },
      { content: 'whisper' },
      [],
    );
    expect(playground.core.world.messages.get(ephemeral.id)?.content).toBe('whisper');
    expect((await playground.alice.get<unknown[]>(`/channels/${channelId}/messages`)).body).toEqual([]);
    const { world } = playground.core;
    for (let s = 1; s <= replayLimit + 5; s += 1) {
      const replay = [...(world.sessions.get('a')?.replay ?? []), { s, t: 'X', d: null }];
      world.sessions.set('a', { id: 'a', userId: '1', intents: 0, shard: [0, 1], sequence: s, replay });
      world.flush();
    }
    await playground.close();
    const text = readFileSync(join(dataDir, 'journal.jsonl'), 'utf8');
    expect(text).not.toContain('whisper');
    expect(text.length).toBeLessThan(400_000);
    const again = openWorld(dataDir, clock);
    const replay = again.sessions.get('a')?.replay ?? [];
    expect([replay.length, replay.at(-1)?.s]).toEqual([replayLimit, replayLimit + 5]);
    again.close();
  });

  it('rewrites the file while running when it is mostly old states', () => {
    const world = openWorld(dataDir, clock);
    const name = 'x'.repeat(1_000_000);
    for (let n = 0; n < 80; n += 1) {
      world.guilds.set('1', { id: '1', name: name + String(n), icon: null, ownerId: '2', systemChannelId: null });
      world.flush();
    }
    world.close();
    expect(statSync(join(dataDir, 'journal.jsonl')).size).toBeLessThan(30_000_000);
    const again = openWorld(dataDir, clock);
    expect(again.guilds.get('1')?.name.slice(-2)).toBe('79');
    again.close();
  });

  it('lets one process have a data folder', () => {
    const world = openWorld(dataDir, clock);
    expect(() => openWorld(dataDir, clock)).toThrow(/in use by process \d+.*FAMILIAR_DATA_DIR/s);
    world.close();
    openWorld(dataDir, clock).close();
  });
});

interface Running {
  child: ChildProcess;
  origin: string;
}

async function run(): Promise<Running> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, PLAYGROUND_PORT: '0', HOST: '', FAMILIAR_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const origin = /ready: (\S+)/.exec(line)?.[1];
    if (origin !== undefined) return { child, origin };
  }
  throw new Error('The emulator ended before it was ready.');
}

describe('a killed process', () => {
  it('loses nothing that it has acknowledged', async () => {
    const first = await run();
    const state = (await (await fetch(`${first.origin}/_control/state`)).json()) as ControlState;
    const channel = (state.guilds[0]?.channels as { id: string; name: string }[]).find(
      ({ name }) => name === 'general',
    );
    const token = state.members.find(({ username }) => username === 'alice')?.token ?? '';
    const messages = `/channels/${channel?.id ?? ''}/messages`;
    const alice = new ApiClient(first.origin, token);
    const acknowledged: string[] = [];
    const ended = once(first.child, 'exit');
    for (let n = 0; n < 40; n += 1) {
      if (n === 25) first.child.kill('SIGKILL');
      try {
        const { body } = await alice.post<Message>(messages, { content: String(n) });
        acknowledged.push(body.id);
      } catch {
        break;
      }
    }
    await ended;
    expect(acknowledged.length).toBeGreaterThanOrEqual(25);
    const second = await run();
    const { body } = await new ApiClient(second.origin, token).get<Message[]>(`${messages}?limit=100`);
    expect(
      body
        .map(({ id }) => id)
        .reverse()
        .slice(0, acknowledged.length),
    ).toEqual(acknowledged);
    const closed = once(second.child, 'exit');
    second.child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
  });
});
