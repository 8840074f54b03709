import { Tooltip } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { formatMoment } from '../../shared/format-time.ts';
import { useNow } from '../../shared/use-now.ts';
import { emojiAddress } from '../client/addresses.ts';
import { useClientState } from '../context.tsx';
import { useProfileOpeners } from '../messages/author-name.tsx';
import { formatRoute } from '../state/route.ts';
import { channelTitle, displayName } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import type { Inline } from './ast.ts';
import styles from './markdown.module.css';

/** Characters of code that stay on one line, on a phone too. */
const mostUnbroken = 30;

interface InlineTextProps {
  readonly nodes: readonly Inline[];
  readonly guildId: string | null;
}

/** Running text from its tree: only React elements, never markup from the text itself. */
export function InlineText({ nodes, guildId }: InlineTextProps): ReactNode {
  return nodes.map((node, index) => <InlineNode key={index} node={node} guildId={guildId} />);
}

function InlineNode({ node, guildId }: { readonly node: Inline; readonly guildId: string | null }): ReactNode {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'break':
      return <br />;
    case 'code':
      return (
        <code className={styles.code} data-short={node.text.length <= mostUnbroken || undefined}>
          {node.text}
        </code>
      );
    case 'link':
      return (
        <a href={node.url} target="_blank" rel="noreferrer noopener" title={node.url}>
          <InlineText nodes={node.children} guildId={guildId} />
        </a>
      );
    case 'user':
      return <UserMention userId={node.id} guildId={guildId} />;
    case 'role':
      return <RoleMention roleId={node.id} guildId={guildId} />;
    case 'channel':
      return <ChannelMention channelId={node.id} />;
    case 'everyone':
      return <span className={styles.mention}>{node.text}</span>;
    case 'command':
      return <span className={styles.mention}>/{node.name}</span>;
    case 'emoji':
      return (
        <img
          className={styles.emoji}
          src={emojiAddress(node.id, node.animated)}
          alt={`:${node.name}:`}
          title={`:${node.name}:`}
        />
      );
    case 'time':
      return <Moment unixSeconds={node.unixSeconds} style={node.style} />;
    default:
      return <Marked kind={node.type} nodes={node.children} guildId={guildId} />;
  }
}

type MarkedKind = 'strong' | 'emphasis' | 'underline' | 'strike' | 'spoiler';

function Marked({ kind, nodes, guildId }: InlineTextProps & { readonly kind: MarkedKind }) {
  const inner = <InlineText nodes={nodes} guildId={guildId} />;
  switch (kind) {
    case 'strong':
      return <strong>{inner}</strong>;
    case 'emphasis':
      return <em>{inner}</em>;
    case 'underline':
      return <u>{inner}</u>;
    case 'strike':
      return <s>{inner}</s>;
    case 'spoiler':
      return <Spoiler>{inner}</Spoiler>;
  }
}

function Spoiler({ children }: { readonly children: ReactNode }) {
  const [open, setOpen] = useState(false);
  if (open) return <span className={styles.spoiler}>{children}</span>;
  return (
    <button
      type="button"
      className={styles.spoiler}
      data-closed
      aria-label="Spoiler: press to read"
      onClick={() => setOpen(true)}
    >
      <span aria-hidden="true">{children}</span>
    </button>
  );
}

function UserMention({ userId, guildId }: { readonly userId: string; readonly guildId: string | null }) {
  const name = useClientState((state) => displayName(state, userId, guildId));
  const isSelf = useClientState((state) => state.selfId === userId);
  const openers = useProfileOpeners(userId, guildId);
  return (
    <button
      type="button"
      className={styles.mention}
      data-self={isSelf || undefined}
      aria-haspopup="dialog"
      {...openers}
    >
      @{name}
    </button>
  );
}

function RoleMention({ roleId, guildId }: { readonly roleId: string; readonly guildId: string | null }) {
  const role = useClientState((state) => state.guilds[guildId ?? '']?.roles[roleId]);
  return <span className={styles.mention}>@{role?.name ?? 'unknown role'}</span>;
}

function ChannelMention({ channelId }: { readonly channelId: string }) {
  const guildId = useClientState((state) => state.channels[channelId]?.guildId ?? null);
  const title = useClientState((state) => {
    const channel = state.channels[channelId];
    return channel === undefined ? null : channelTitle(state, channel);
  });
  const actions = useActions();
  if (title === null) return <span className={styles.mention}>#unknown</span>;
  return (
    <a
      href={formatRoute({ guildId, channelId })}
      className={styles.mention}
      onClick={(event) => {
        event.preventDefault();
        actions.openChannel(channelId);
      }}
    >
      #{title}
    </a>
  );
}

function Moment({ unixSeconds, style }: { readonly unixSeconds: number; readonly style: string }) {
  const nowMs = useNow(style === 'R' ? 1_000 : 60_000);
  const atMs = unixSeconds * 1000;
  return (
    <Tooltip label={formatMoment(atMs, 'F', nowMs)}>
      <time className={styles.moment}>{formatMoment(atMs, style, nowMs)}</time>
    </Tooltip>
  );
}
