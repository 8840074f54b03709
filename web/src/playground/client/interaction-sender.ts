import type { APIApplicationCommand } from 'discord-api-types/v10';
import type { Action } from '../state/reduce.ts';
import type { ClientState, ModalRequest } from '../state/client-state.ts';
import type { Message, PendingInteraction } from '../state/model.ts';
import type { Store } from '../state/store.ts';
import type { Api } from './api.ts';
import {
  commandData,
  commandTitle,
  contextCommandData,
  type OptionValue,
  type RunnableCommand,
} from './interactions.ts';

const InteractionKind = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;
/** Applications have 3 s to answer; past this the page stops waiting even when no failure was told. */
const patienceMs = 8_000;

export interface SenderEnvironment {
  readonly createNonce: () => string;
  readonly wait: (delayMs: number) => Promise<void>;
}

/** Sends what a person does to an application, and keeps the state's list of unsettled interactions. */
export class InteractionSender {
  readonly #api: Api;
  readonly #store: Store<ClientState, Action>;
  readonly #environment: SenderEnvironment;

  constructor(api: Api, store: Store<ClientState, Action>, environment: SenderEnvironment) {
    this.#api = api;
    this.#store = store;
    this.#environment = environment;
  }

  async runCommand(
    channelId: string,
    runnable: RunnableCommand,
    values: ReadonlyMap<string, OptionValue>,
  ): Promise<void> {
    const { json, files } = commandData(runnable, values, null);
    const envelope = this.#envelope(InteractionKind.command, runnable.command.application_id, channelId);
    await this.#send({ ...envelope, data: json }, files, 'command', commandTitle(runnable), null, null);
  }

  async runContextCommand(channelId: string, command: APIApplicationCommand, targetId: string): Promise<void> {
    const data = contextCommandData(command, targetId);
    const envelope = this.#envelope(InteractionKind.command, command.application_id, channelId);
    await this.#send({ ...envelope, data }, [], 'command', command.name, null, null);
  }

  /** Presses a button or chooses from a menu (`values`). */
  async press(
    message: Message,
    componentType: number,
    customId: string,
    values: readonly string[] | null,
  ): Promise<void> {
    const envelope = {
      ...this.#envelope(InteractionKind.component, message.application_id ?? message.author.id, message.channel_id),
      message_id: message.id,
      message_flags: message.flags ?? 0,
      data: { component_type: componentType, custom_id: customId, ...(values === null ? {} : { values }) },
    };
    await this.#send(envelope, [], 'component', 'This', message.id, customId);
  }

  /** Sends a filled-in form. Resolves to why it was refused, which the form then shows; null when it was taken. */
  async submitModal(
    modal: ModalRequest,
    { components, files }: { readonly components: readonly object[]; readonly files: readonly File[] },
  ): Promise<Error | null> {
    const attachments = files.map((file, index) => ({ id: String(index), filename: file.name }));
    const envelope = {
      ...this.#envelope(InteractionKind.modal, modal.applicationId, modal.channelId),
      data: {
        id: modal.id,
        custom_id: modal.customId,
        components,
        ...(files.length === 0 ? {} : { attachments }),
      },
    };
    const failure = await this.#send(envelope, files, 'modal', modal.title, null, null);
    if (failure !== null) this.#store.dispatch({ type: 'interaction-gone', nonce: envelope.nonce });
    return failure;
  }

  /** Asks for choices; they arrive in the state's `suggestions` under the nonce told to `onNonce` before the request. */
  async autocomplete(
    channelId: string,
    runnable: RunnableCommand,
    values: ReadonlyMap<string, OptionValue>,
    focused: string,
    onNonce: (nonce: string) => void,
  ): Promise<void> {
    const { json } = commandData(runnable, values, focused);
    const envelope = this.#envelope(InteractionKind.autocomplete, runnable.command.application_id, channelId);
    onNonce(envelope.nonce);
    await this.#api.interact({ ...envelope, data: json }, []);
  }

  #envelope(type: number, applicationId: string, channelId: string) {
    const state = this.#store.getState();
    const guildId = state.channels[channelId]?.guildId ?? null;
    return {
      type,
      application_id: applicationId,
      ...(guildId === null ? {} : { guild_id: guildId }),
      channel_id: channelId,
      session_id: state.sessionId,
      nonce: this.#environment.createNonce(),
    };
  }

  async #send(
    body: { nonce: string; channel_id: string } & Record<string, unknown>,
    files: readonly File[],
    kind: PendingInteraction['kind'],
    label: string,
    messageId: string | null,
    customId: string | null,
  ): Promise<Error | null> {
    const pending: PendingInteraction = {
      nonce: body.nonce,
      kind,
      channelId: body.channel_id,
      label,
      messageId,
      customId,
      state: 'waiting',
      error: null,
    };
    this.#store.dispatch({ type: 'interaction', interaction: pending });
    try {
      await this.#api.interact(body, files);
      void this.#giveUpLater(body.nonce);
      return null;
    } catch (error) {
      const failure = error instanceof Error ? error : new Error('It could not be sent.');
      this.#fail(body.nonce, failure.message);
      return failure;
    }
  }

  async #giveUpLater(nonce: string): Promise<void> {
    await this.#environment.wait(patienceMs);
    this.#fail(nonce, 'The application did not respond.');
  }

  #fail(nonce: string, error: string): void {
    const pending = this.#store.getState().interactions.find((entry) => entry.nonce === nonce);
    if (pending?.state !== 'waiting') return;
    this.#store.dispatch({ type: 'interaction', interaction: { ...pending, state: 'failed', error } });
  }
}
