import type { IconName } from '../../shared/icons.tsx';
import { type Channel, ChannelKind } from '../state/model.ts';

/** The drawing that stands for a kind of channel. */
export function channelIcon(channel: Channel): IconName {
  if (channel.thread !== null) return 'thread';
  switch (channel.kind) {
    case ChannelKind.voice:
    case ChannelKind.stage:
      return 'voice';
    case ChannelKind.forum:
    case ChannelKind.media:
      return 'forum';
    case ChannelKind.dm:
    case ChannelKind.groupDm:
      return 'at';
    default:
      return 'hash';
  }
}
