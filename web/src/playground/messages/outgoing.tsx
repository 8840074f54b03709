import { useMemo } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { useClient, useClientState } from '../context.tsx';
import { insertInComposer } from '../composer/insert.ts';
import { Markdown } from '../markdown/markdown.tsx';
import type { OutgoingMessage, PendingInteraction } from '../state/model.ts';
import { displayName } from '../state/select.ts';
import { Stickers } from './stickers.tsx';
import channelStyles from './channel.module.css';
import rowStyles from './message-row.module.css';

/** What this person sent and nobody has seen yet: messages on their way, and commands without an answer. */
export function Outgoing({ channelId }: { readonly channelId: string }) {
  const outgoing = useClientState((state) => state.outgoing);
  const interactions = useClientState((state) => state.interactions);
  const messages = useMemo(() => outgoing.filter((entry) => entry.channelId === channelId), [outgoing, channelId]);
  const commands = useMemo(
    () => interactions.filter((entry) => entry.channelId === channelId && entry.kind !== 'component'),
    [interactions, channelId],
  );
  return (
    <>
      {messages.map((message) => (
        <OutgoingRow key={message.nonce} message={message} />
      ))}
      {commands.map((command) => (
        <CommandRow key={command.nonce} command={command} />
      ))}
    </>
  );
}

function OutgoingRow({ message }: { readonly message: OutgoingMessage }) {
  const client = useClient();
  const name = useClientState((state) => displayName(state, client.member.id, null));
  const discard = (): void => client.store.dispatch({ type: 'outgoing-gone', nonce: message.nonce });
  const takeBack = (): void => {
    discard();
    insertInComposer(message.content, message.files);
  };
  return (
    <div className={channelStyles.outgoing} data-testid="outgoing" data-state={message.state}>
      <b>{name}</b>
      <Markdown text={message.content} guildId={null} />
      <Stickers stickers={message.stickers} />
      {message.files.map((file) => (
        <p key={file.name} className={channelStyles.outgoingFile}>
          <Icon name="file" size={15} /> {file.name}
        </p>
      ))}
      {message.error === null ? null : (
        <p className={channelStyles.outgoingError} role="alert">
          <Icon name="warning" size={15} /> {message.error}
          {message.state === 'failed' ? (
            <>
              <button type="button" onClick={() => client.outbox.retry(message)}>
                Try again
              </button>
              <button type="button" onClick={takeBack}>
                Edit
              </button>
              <button type="button" onClick={discard}>
                Discard
              </button>
            </>
          ) : null}
        </p>
      )}
    </div>
  );
}

function CommandRow({ command }: { readonly command: PendingInteraction }) {
  const { store } = useClient();
  const failed = command.state === 'failed';
  return (
    <div className={channelStyles.outgoing} data-state={failed ? 'failed' : 'sending'}>
      <p>
        <span className={rowStyles.command}>{command.label}</span> {failed ? null : 'sent, waiting for the answer…'}
      </p>
      {failed ? (
        <p className={channelStyles.outgoingError} role="alert">
          <Icon name="warning" size={15} /> {command.error}
          <button type="button" onClick={() => store.dispatch({ type: 'interaction-gone', nonce: command.nonce })}>
            Dismiss
          </button>
        </p>
      ) : null}
    </div>
  );
}
