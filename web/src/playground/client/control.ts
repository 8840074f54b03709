import type { APIApplicationCommand } from 'discord-api-types/v10';

export interface ControlMember {
  readonly id: string;
  readonly username: string;
  readonly token: string;
  readonly roles: readonly string[];
}

/** What the emulator's control interface says of its world; the page needs the part shown here. */
export interface ControlState {
  readonly members: readonly ControlMember[];
  readonly application: { readonly id: string; readonly botUserId: string } | null;
  readonly commands: readonly APIApplicationCommand[];
  /** The address of the bot's dashboard, where it has one. */
  readonly dashboard: string | null;
}

/** Asks the emulator who lives in it. Rejects when it is out of reach or refuses. */
export async function fetchControlState(fetchFunction: typeof globalThis.fetch): Promise<ControlState> {
  const response = await fetchFunction('/_control/state');
  if (!response.ok) throw new Error(`The emulator refused to say who lives in it (HTTP ${response.status}).`);
  const state = (await response.json()) as Partial<ControlState>;
  return {
    members: state.members ?? [],
    application: state.application ?? null,
    commands: state.commands ?? [],
    dashboard: state.dashboard ?? null,
  };
}
