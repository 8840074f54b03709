/**
 * What a conversation remembers of its channel, and that it stays true: ambient messages are kept, edits are
 * followed, and deleted messages are removed.
 */
import type { FeatureParts } from '../../../sdk/index.ts';
import { claimQuestion } from '../intake/claim.ts';
import type { ChatContext } from '../chat.ts';
import { ownedAmong } from '../intake/store.ts';
import { rememberChannels } from './channels.ts';
import { messagesDeleted, placeDeleted } from './deletions.ts';
import { messageEdited } from './edits.ts';
import { knowChannels } from './known-channels.ts';
import { keepAmbientOfBot, claimOrKeepAmbient } from './ambient.ts';
import { lookThrough } from './missed.ts';
import { turnHistory } from './pages.ts';
import { allConversing, conversingAmong } from './store.ts';

export function followHistory(
  context: ChatContext,
): Required<Pick<FeatureParts, 'on' | 'claims' | 'components' | 'stop'>> {
  const { clock, db } = context;
  const channels = knowChannels(clock, {
    all: (most) => allConversing(db, most),
    among: (channelIds) => conversingAmong(db, channelIds),
  });
  const ownThreads = rememberChannels(clock, (channelIds) => ownedAmong(db, channelIds));
  return {
    claims: [
      {
        place: 'chat',
        claim: claimOrKeepAmbient(context, channels, (message) => claimQuestion(context, message, ownThreads)),
      },
    ],
    on: {
      sessionLost: (sinceMs) => lookThrough(context, sinceMs),
      MESSAGE_CREATE: (message) => keepAmbientOfBot(context, channels, message),
      MESSAGE_UPDATE: (message) => messageEdited(context, channels, message),
      MESSAGE_DELETE: ({ channel_id: channelId, id }) => messagesDeleted(context, channels, channelId, [id]),
      MESSAGE_DELETE_BULK: ({ channel_id: channelId, ids }) => messagesDeleted(context, channels, channelId, ids),
      CHANNEL_DELETE: ({ id }) => placeDeleted(context, { channelId: id }),
      THREAD_DELETE: ({ id }) => placeDeleted(context, { channelId: id }),
      GUILD_DELETE: ({ id, unavailable }) => (unavailable ? undefined : placeDeleted(context, { guildId: id })),
    },
    stop: () => channels.stop(),
    components: { history: turnHistory(context) },
  };
}
