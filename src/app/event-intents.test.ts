import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineFeature } from '../sdk/index.ts';
import type { FeatureParts, IntentName } from '../sdk/index.ts';
import { checkEventIntents } from './event-intents.ts';

const loaded = (intents: readonly IntentName[], on: FeatureParts['on']) => {
  const definition = defineFeature({
    ...{ name: 'watch', summary: 'Watches.', intents, settings: z.strictObject({}), setup: () => ({}) },
  });
  return [{ definition, folder: '/watch', parts: on ? { on } : {} }];
};
const nothing = () => undefined;

describe('a feature that listens for events', () => {
  it.each<[string, FeatureParts['on'], RegExp]>([
    [
      'who joins',
      { GUILD_MEMBER_ADD: nothing },
      /"watch" listens for GUILD_MEMBER_ADD, .* the intent GuildMembers only/,
    ],
    ['reactions', { MESSAGE_REACTION_ADD: nothing }, /GuildMessageReactions or DirectMessageReactions/],
    ['messages', { MESSAGE_DELETE: nothing }, /GuildMessages or DirectMessages/],
  ])('stops the start without the intent for %s', (_what, on, message) => {
    expect(() => checkEventIntents(loaded(['Guilds', 'GuildPresences'], on))).toThrow(message);
  });

  it('starts with it, and for what comes without any', () => {
    const on = { GUILD_MEMBER_ADD: nothing, MESSAGE_CREATE: nothing, CHANNEL_UPDATE: nothing, guildJoined: undefined };
    const { guildJoined: _none, ...listeners } = on;
    expect(() => checkEventIntents(loaded(['GuildMembers', 'DirectMessages'], listeners))).not.toThrow();
    expect(() => checkEventIntents(loaded([], undefined))).not.toThrow();
  });
});
