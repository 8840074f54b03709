import { useClientState } from '../context.tsx';
import type { PendingInteraction } from '../state/model.ts';

/** The unsettled or failed press of a component, if there is one; the latest when there are several. */
export function usePending(messageId: string, customId: string | null): PendingInteraction | undefined {
  return useClientState((state) =>
    state.interactions.findLast((entry) => entry.messageId === messageId && entry.customId === customId),
  );
}
