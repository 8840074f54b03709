import type {
  APIApplicationCommandOptionChoice,
  APIModalInteractionResponseCallbackComponent,
} from 'discord-api-types/v10';
import type { ClientState } from './client-state.ts';

interface InteractionOutcome {
  readonly id: string;
  readonly nonce?: string | null;
}

interface ModalCreate extends InteractionOutcome {
  readonly channel_id: string;
  readonly application: { readonly id: string };
  readonly custom_id: string;
  readonly title: string;
  readonly components: readonly APIModalInteractionResponseCallbackComponent[];
}

function settle(state: ClientState, nonce: string | null | undefined): ClientState {
  if (nonce === undefined || nonce === null) return state;
  if (!state.interactions.some((entry) => entry.nonce === nonce)) return state;
  return { ...state, interactions: state.interactions.filter((entry) => entry.nonce !== nonce) };
}

function fail(state: ClientState, outcome: InteractionOutcome): ClientState {
  return {
    ...state,
    interactions: state.interactions.map((entry) =>
      entry.nonce === outcome.nonce
        ? { ...entry, state: 'failed' as const, error: 'The application did not respond.' }
        : entry,
    ),
  };
}

function openModal(state: ClientState, data: ModalCreate): ClientState {
  return {
    ...settle(state, data.nonce),
    modal: {
      id: data.id,
      nonce: data.nonce ?? null,
      applicationId: data.application.id,
      channelId: data.channel_id,
      customId: data.custom_id,
      title: data.title,
      components: data.components,
    },
  };
}

/** Dispatches that tell a person how their command, press or form went. */
export const interactionHandlers = {
  INTERACTION_SUCCESS: (state: ClientState, data: InteractionOutcome) => settle(state, data.nonce),
  INTERACTION_FAILURE: fail,
  INTERACTION_MODAL_CREATE: openModal,
  APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE: (
    state: ClientState,
    data: { nonce: string; choices: readonly APIApplicationCommandOptionChoice[] },
  ): ClientState => ({ ...state, suggestions: { nonce: data.nonce, choices: data.choices } }),
};
