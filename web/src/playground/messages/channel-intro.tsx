import { Icon } from '../../shared/icons.tsx';
import { useClientState, usePlayground } from '../context.tsx';
import { type Channel, ChannelKind } from '../state/model.ts';
import { tagsOf } from '../forum/posts.ts';
import { TagList } from '../forum/tag-label.tsx';
import { allows, Permission } from '../state/permissions.ts';
import { channelTitle, directPartner, displayName, ownPermissions } from '../state/select.ts';
import { UserAvatar } from './user-avatar.tsx';
import { channelIcon } from '../navigation/channel-icon.ts';
import { insertInComposer } from '../composer/insert.ts';
import styles from './channel.module.css';

/** The top of a channel's history; in an empty one, things to try. */
export function ChannelIntro({ channel, empty }: { readonly channel: Channel; readonly empty: boolean }) {
  const title = useClientState((state) => channelTitle(state, channel));
  const partner = useClientState((state) => directPartner(state, channel));
  const inForum = useClientState((state) => (state.channels[channel.parentId ?? '']?.forum ?? null) !== null);
  const direct = channel.kind === ChannelKind.dm;
  return (
    <div className={styles.intro}>
      {direct && partner !== null ? (
        <UserAvatar user={partner} guildId={null} size={64} />
      ) : (
        <span className={styles.introIcon}>
          <Icon name={channelIcon(channel)} size={30} />
        </span>
      )}
      <h2>{direct ? title : channel.thread === null ? `Welcome to #${title}` : title}</h2>
      <PostTags channel={channel} />
      <p>{introText(channel, title, inForum)}</p>
      {empty ? <TryThis channel={channel} partnerIsBot={partner?.bot === true} /> : null}
    </div>
  );
}

/** A post's tags, under its title. */
function PostTags({ channel }: { readonly channel: Channel }) {
  const parent = useClientState((state) => state.channels[channel.parentId ?? '']);
  return <TagList tags={tagsOf(parent, channel)} />;
}

function introText(channel: Channel, title: string, inForum: boolean): string {
  if (channel.kind === ChannelKind.dm) return `This is the beginning of your messages with ${title}.`;
  if (inForum) return 'This is the beginning of the post.';
  if (channel.thread !== null) return 'This is the beginning of the thread.';
  return channel.topic ?? 'This is the beginning of the channel.';
}

function TryThis({ channel, partnerIsBot }: { readonly channel: Channel; readonly partnerIsBot: boolean }) {
  const { botUserId } = usePlayground();
  const botName = useClientState((state) =>
    botUserId === null ? null : displayName(state, botUserId, channel.guildId),
  );
  const mayWrite = useClientState((state) => allows(ownPermissions(state, channel), Permission.sendMessages));
  if (botUserId === null || botName === null || !mayWrite) return null;
  const needsMention = !partnerIsBot && channel.name !== 'bot-chat';
  const hello = needsMention ? `@${botName} hi!` : 'Hi! What can you do?';
  return (
    <div className={styles.tries}>
      <span>Try</span>
      <button type="button" onClick={() => insertInComposer(hello)}>
        {needsMention ? `Say hi to @${botName}` : `Say hi to ${botName}`}
      </button>
      <button type="button" onClick={() => insertInComposer('/help')}>
        /help
      </button>
      <button type="button" onClick={() => insertInComposer('/')}>
        See all commands
      </button>
    </div>
  );
}
