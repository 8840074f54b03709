import { createContext, useContext, useSyncExternalStore } from 'react';
import type { APIApplicationCommand } from 'discord-api-types/v10';
import type { PlaygroundClient } from './client/client.ts';
import type { ControlMember } from './client/control.ts';
import type { ClientState } from './state/client-state.ts';
import type { Store } from './state/store.ts';
import type { UiAction, UiState } from './state/ui.ts';

export interface Playground {
  readonly client: PlaygroundClient;
  readonly ui: Store<UiState, UiAction>;
  readonly members: readonly ControlMember[];
  readonly botUserId: string | null;
  readonly commands: readonly APIApplicationCommand[];
  /** Asks the emulator again which commands there are. */
  readonly refreshCommands: () => void;
  readonly dashboard: string | null;
  readonly becomeMember: (username: string) => void;
}

export const PlaygroundContext = createContext<Playground | null>(null);

export function usePlayground(): Playground {
  const playground = useContext(PlaygroundContext);
  if (playground === null) throw new Error('This view must be inside PlaygroundContext.');
  return playground;
}

export function useClient(): PlaygroundClient {
  return usePlayground().client;
}

/** A part of the client's state. `select` must return the same object while nothing changed. */
export function useClientState<T>(select: (state: ClientState) => T): T {
  const { store } = useClient();
  return useSyncExternalStore(store.subscribe, () => select(store.getState()));
}

/** The whole client state, for views that derive much from it; they render on every change. */
export function useWholeState(): ClientState {
  return useClientState((state) => state);
}

export function useUi<T>(select: (state: UiState) => T): T {
  const { ui } = usePlayground();
  return useSyncExternalStore(ui.subscribe, () => select(ui.getState()));
}
