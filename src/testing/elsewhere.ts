import type { Emulator } from '../../emulator/index.ts';
import type { People } from './bot.ts';

/** A server that the bot is not in. */
export interface Elsewhere {
  guildId: string;
  channelId: string;
}

/** Founds a server that the bot is not in, with Alice, who installs the bot for herself, and Bob. */
export async function moveElsewhere(
  { alice, bob }: Pick<People, 'alice' | 'bob'>,
  emulator: Emulator,
): Promise<Elsewhere> {
  const [application] = emulator.core.world.applications.values();
  const token = [...emulator.core.world.users.values()].find((user) => user.bot)?.token ?? '';
  await control(emulator, 'installs', { userId: alice.user.id, applicationId: application?.id });
  const guild = await control<{ id: string; channels: { id: string }[] }>(emulator, 'guilds', { name: 'Elsewhere' });
  await fetch(`${emulator.origin}/api/v10/users/@me/guilds/${guild.id}`, {
    ...{ method: 'DELETE', headers: { authorization: `Bot ${token}` } },
  });
  const elsewhere = { guildId: guild.id, channelId: guild.channels[0]?.id ?? '' };
  for (const person of [alice, bob]) {
    await control(emulator, 'members', { guildId: guild.id, username: person.user.username });
    await person.until('the new server', () => person.view.channels.get(elsewhere.channelId) ?? null);
  }
  return elsewhere;
}

async function control<T>(emulator: Emulator, path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${emulator.origin}/_control/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return (await answer.json()) as T;
}
