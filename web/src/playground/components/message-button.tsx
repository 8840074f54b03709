import type { APIButtonComponent, APIMessageComponentEmoji } from 'discord-api-types/v10';
import { Icon } from '../../shared/icons.tsx';
import { emojiAddress } from '../client/addresses.ts';
import { useClient } from '../context.tsx';
import { type Message } from '../state/model.ts';
import { usePending } from './use-pending.ts';
import styles from './components.module.css';

const styleNames = ['', 'primary', 'secondary', 'success', 'danger', 'link', 'premium'];

interface MessageButtonProps {
  readonly button: APIButtonComponent;
  readonly message: Message;
}

/** A button of a message. While the application has not answered it shows that it waits. */
export function MessageButton({ button, message }: MessageButtonProps) {
  const client = useClient();
  const customId = 'custom_id' in button ? button.custom_id : null;
  const pending = usePending(message.id, customId);
  const waiting = pending?.state === 'waiting';
  const label = 'label' in button ? button.label : undefined;
  const emoji = 'emoji' in button ? button.emoji : undefined;
  const inner = (
    <>
      {emoji === undefined ? null : <ButtonEmoji emoji={emoji} />}
      {label}
    </>
  );
  if ('url' in button) {
    return (
      <a className={styles.button} data-style="link" href={button.url} target="_blank" rel="noreferrer noopener">
        {inner}
        <Icon name="link" size={14} />
      </a>
    );
  }
  return (
    <>
      <button
        type="button"
        className={styles.button}
        data-style={styleNames[button.style] ?? 'secondary'}
        disabled={button.disabled === true || customId === null}
        aria-busy={waiting}
        aria-label={label === undefined ? (emoji?.name ?? 'Button') : undefined}
        onClick={() => {
          if (customId !== null && !waiting) void client.interactions.press(message, button.type, customId, null);
        }}
      >
        {inner}
      </button>
      {pending?.state === 'failed' ? <Failure text={pending.error} nonce={pending.nonce} /> : null}
    </>
  );
}

function ButtonEmoji({ emoji }: { readonly emoji: APIMessageComponentEmoji }) {
  if (emoji.id === undefined) return <span aria-hidden="true">{emoji.name}</span>;
  return <img src={emojiAddress(emoji.id, emoji.animated ?? false)} alt="" width={18} height={18} />;
}

/** Why a press came to nothing, until it is dismissed. */
export function Failure({ text, nonce }: { readonly text: string | null; readonly nonce: string }) {
  const { store } = useClient();
  return (
    <span className={styles.failure} role="alert">
      {text}{' '}
      <button type="button" onClick={() => store.dispatch({ type: 'interaction-gone', nonce })}>
        Dismiss
      </button>
    </span>
  );
}
