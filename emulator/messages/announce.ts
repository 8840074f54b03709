import type { Announcement, Core, StoredMessage } from '../contract.ts';

/** Tells those who may see a message about it. */
export function announce(core: Core, event: Announcement['t'], message: StoredMessage, data: unknown): void {
  core.bus.announce({ t: event, d: data, audience: audienceOf(core, message) });
}

function audienceOf(core: Core, message: StoredMessage): Announcement['audience'] {
  if (message.ephemeralTo !== null) return { kind: 'users', userIds: [message.ephemeralTo] };
  const guildId = core.world.channels.get(message.channelId)?.guildId ?? null;
  return guildId === null
    ? { kind: 'dm', channelId: message.channelId }
    : { kind: 'guild', guildId, channelId: message.channelId };
}
