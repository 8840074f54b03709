import { useNow } from '../../shared/use-now.ts';
import { useClientState } from '../context.tsx';
import { displayName } from '../state/select.ts';
import channelStyles from './channel.module.css';
import rowStyles from './message-row.module.css';

const nobody: Readonly<Record<string, number>> = {};

/** Who is writing in the channel; the line keeps its height so that nothing jumps. */
export function TypingLine({ channelId }: { readonly channelId: string }) {
  const typing = useClientState((state) => state.typing[channelId]) ?? nobody;
  const nowMs = useNow(1_000);
  const ids = Object.keys(typing)
    .filter((id) => (typing[id] ?? 0) > nowMs)
    .join(' ');
  const names = useClientState((state) => {
    const guildId = state.channels[channelId]?.guildId ?? null;
    const list = ids === '' ? [] : ids.split(' ').map((id) => displayName(state, id, guildId));
    if (list.length > 3) return 'Several people are typing…';
    if (list.length === 0) return '';
    return `${list.join(' and ')} ${list.length === 1 ? 'is' : 'are'} typing…`;
  });
  return (
    <div className={channelStyles.typing} aria-live="off" data-testid="typing">
      {names === '' ? null : (
        <>
          <span className={rowStyles.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {names}
        </>
      )}
    </div>
  );
}
