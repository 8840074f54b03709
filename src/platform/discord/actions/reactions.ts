import { ReactionType, Routes } from 'discord-api-types/v10';
import type { APIUser } from 'discord-api-types/v10';
import type { ReactionActions } from '../subjects.ts';
import { queryOf } from './requester.ts';
import type { Requester } from './requester.ts';

export function createReactions(requester: Requester): ReactionActions {
  const manage = (channelId: string) => requester.needIn(channelId, 'ManageMessages');
  return {
    add: async (channelId, messageId, emoji) => {
      await requester.needIn(channelId, 'AddReactions', 'ReadMessageHistory');
      const path = Routes.channelMessageOwnReaction(channelId, messageId, encodeURIComponent(emoji));
      await requester.run({ method: 'PUT', path });
    },
    remove: async (channelId, messageId, emoji) => {
      await requester.needIn(channelId);
      const path = Routes.channelMessageOwnReaction(channelId, messageId, encodeURIComponent(emoji));
      await requester.run({ method: 'DELETE', path });
    },
    removeOf: async (channelId, messageId, emoji, userId) => {
      await manage(channelId);
      const path = Routes.channelMessageUserReaction(channelId, messageId, encodeURIComponent(emoji), userId);
      await requester.run({ method: 'DELETE', path });
    },
    clear: async (channelId, messageId) => {
      await manage(channelId);
      await requester.run({ method: 'DELETE', path: Routes.channelMessageAllReactions(channelId, messageId) });
    },
    clearEmoji: async (channelId, messageId, emoji) => {
      await manage(channelId);
      const path = Routes.channelMessageReaction(channelId, messageId, encodeURIComponent(emoji));
      await requester.run({ method: 'DELETE', path });
    },
    users: async (channelId, messageId, emoji, { after, limit, burst = false } = {}) => {
      await requester.needIn(channelId, 'ReadMessageHistory');
      const type = burst ? ReactionType.Super : ReactionType.Normal;
      const path = Routes.channelMessageReaction(channelId, messageId, encodeURIComponent(emoji));
      return requester.ask<APIUser[]>({ method: 'GET', path, query: queryOf({ after, limit, type }) });
    },
  };
}
