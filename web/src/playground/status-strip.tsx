import { useClient, useClientState, usePlayground } from './context.tsx';
import { displayName } from './state/select.ts';
import styles from './app.module.css';

/** Says what this page is, and when the server or the bot cannot be reached. */
export function StatusStrip() {
  const client = useClient();
  const connection = useClientState((state) => state.connection);
  return (
    <div className={styles.strip} data-phase={connection.phase}>
      <span className={styles.note}>
        <b>Local playground</b>
        <Reach />
      </span>
      <span role="status" className={styles.status} data-testid="status">
        {connection.phase === 'ready' ? <BotStatus /> : null}
        {connection.phase === 'connecting' ? 'Connecting…' : null}
        {connection.phase === 'refused' ? connection.reason : null}
        {connection.phase === 'waiting' ? (
          <>
            Connection lost, trying again…{' '}
            <button type="button" onClick={() => client.reconnect()}>
              Now
            </button>
          </>
        ) : null}
      </span>
    </div>
  );
}

/** Where what is written here goes. The bot says in its status when a model elsewhere reads along. */
function Reach() {
  const { botUserId } = usePlayground();
  const statusText = useClientState((state) => state.statusTexts[botUserId ?? '']);
  const name = useClientState((state) => displayName(state, botUserId ?? '', null));
  if (statusText === undefined) {
    return <span> — everything here stays on this machine, nothing goes to Discord.</span>;
  }
  return (
    <span data-testid="reach" title={`Nothing goes to Discord. ${name}: ${statusText}`}>
      {' '}
      <span>— nothing goes to Discord.</span> {name}: {statusText}
    </span>
  );
}

function BotStatus() {
  const { botUserId } = usePlayground();
  const name = useClientState((state) => (botUserId === null ? '' : displayName(state, botUserId, null)));
  const status = useClientState((state) => state.presences[botUserId ?? '']);
  if (botUserId === null) return null;
  const online = status !== undefined && status !== 'offline';
  return (
    <span className={styles.bot} data-online={online || undefined}>
      {online ? `${name} is online` : `${name} is offline: it answers once it runs again`}
    </span>
  );
}
