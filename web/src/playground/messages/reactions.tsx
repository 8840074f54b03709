import type { APIReaction } from 'discord-api-types/v10';
import { Tooltip } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { emojiAddress } from '../client/addresses.ts';
import { useClient, usePlayground } from '../context.tsx';
import { type Message } from '../state/model.ts';
import { displayName } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import styles from './message-content.module.css';

/** Who felt what about a message; pressing one joins in or takes one's own back. */
export function Reactions({ message }: { readonly message: Message }) {
  const { ui } = usePlayground();
  const reactions = message.reactions ?? [];
  if (reactions.length === 0) return null;
  return (
    <div className={styles.reactions} role="group" aria-label="Reactions">
      {reactions.map((reaction) => (
        <ReactionButton key={reaction.emoji.id ?? reaction.emoji.name} message={message} reaction={reaction} />
      ))}
      <button
        type="button"
        className={styles.reaction}
        aria-label="Add a reaction"
        onClick={() => ui.dispatch({ type: 'set', change: { dialog: { kind: 'react', message } } })}
      >
        <Icon name="smile" size={16} />
      </button>
    </div>
  );
}

function ReactionButton({ message, reaction }: { readonly message: Message; readonly reaction: APIReaction }) {
  const client = useClient();
  const actions = useActions();
  const [names, setNames] = useState<string | null>(null);
  const { emoji } = reaction;
  const toggle = (): void => {
    const change = reaction.me ? client.api.removeReaction : client.api.addReaction;
    void actions.attempt(change(message.channel_id, message.id, emoji));
  };
  const askNames = async (): Promise<void> => {
    const users = await client.api.reactors(message.channel_id, message.id, emoji).catch(() => []);
    const guildId = client.store.getState().channels[message.channel_id]?.guildId ?? null;
    const shown = users.slice(0, 8).map((user) => displayName(client.store.getState(), user.id, guildId));
    setNames(
      users.length > shown.length ? [...shown, `${users.length - shown.length} more`].join(', ') : shown.join(', '),
    );
  };
  return (
    <Tooltip label={names ?? '…'} openDelay={250}>
      <button
        type="button"
        className={styles.reaction}
        data-mine={reaction.me || undefined}
        aria-pressed={reaction.me}
        aria-label={`${emoji.name ?? 'emoji'}, ${reaction.count}`}
        onClick={toggle}
        onMouseEnter={() => void askNames()}
        onFocus={() => void askNames()}
      >
        {emoji.id === null ? (
          <span>{emoji.name}</span>
        ) : (
          <img src={emojiAddress(emoji.id, emoji.animated ?? false)} alt="" />
        )}
        <b>{reaction.count}</b>
      </button>
    </Tooltip>
  );
}
