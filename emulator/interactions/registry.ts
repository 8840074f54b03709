import { randomBytes } from 'node:crypto';
import type { Core, StoredApplication, StoredChannel, StoredMessage, StoredUser } from '../contract.ts';
import { DiscordError, discordError } from '../errors.ts';
import type { Component } from './components.ts';
import type { Owners } from './installs.ts';

/** Source: "Interaction callback" in Discord's documentation: the first answer within 3 seconds, the token for 15 minutes. */
const answerWithinMs = 3_000;
const tokenLivesMs = 15 * 60_000;
/** Forms that were closed without an answer are never told of; the oldest go when there are more. */
const mostModals = 10_000;

export const InteractionType = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;
export type InteractionKind = (typeof InteractionType)[keyof typeof InteractionType];

/** A form that a bot has shown to a user and that the user has not sent yet. */
interface ShownModal {
  /** The interaction that was answered with it. */
  origin: Interaction;
  customId: string;
  title: string;
  components: Component[];
}

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: InteractionKind;
  readonly application: StoredApplication;
  readonly user: StoredUser;
  readonly channel: StoredChannel;
  /** The client's own mark, handed back with every dispatch about this interaction. */
  readonly nonce: string | null;
  /** What a message that answers it shows as its cause. */
  readonly name: string;
  /** Chat input or a context menu; null for everything but commands. */
  readonly commandType: number | null;
  /** The message that carried the component, or on which the modal was opened. */
  readonly message: StoredMessage | null;
  readonly owners: Owners;
  /** What a command of a context menu was used on. */
  readonly targetId: string | null;
  /** Forms: the interaction that was answered with it. */
  readonly origin: Interaction | null;
  readonly createdAtMs: number;
  state: 'waiting' | 'acknowledged' | 'failed';
  /** The message that `@original` means, once there is one. */
  originalId: string | null;
  /** Messages written after the first answer. */
  followUpCount: number;
}

export type NewInteraction = Omit<
  Interaction,
  'id' | 'token' | 'createdAtMs' | 'state' | 'originalId' | 'followUpCount'
>;

/** Every interaction whose token still lives, and the forms shown to users. Kept in memory: a restart ends them. */
export class InteractionRegistry {
  readonly #core: Core;
  readonly #byToken = new Map<string, Interaction>();
  readonly #modals = new Map<string, ShownModal>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Starts the three seconds in which the application has to answer. */
  open(details: NewInteraction): Interaction {
    this.#forgetExpired();
    const interaction: Interaction = {
      ...details,
      id: this.#core.world.snowflake(),
      token: randomBytes(96).toString('base64url'),
      createdAtMs: this.#core.clock.now(),
      state: 'waiting',
      originalId: null,
      followUpCount: 0,
    };
    this.#byToken.set(interaction.token, interaction);
    const timer = setTimeout(() => this.fail(interaction), answerWithinMs);
    timer.unref();
    this.#timers.set(interaction.id, timer);
    return interaction;
  }

  /** Tells the user that the application did not answer. */
  fail(interaction: Interaction): void {
    if (interaction.state !== 'waiting') return;
    interaction.state = 'failed';
    this.#stopTimer(interaction);
    this.#tell(interaction, 'INTERACTION_FAILURE');
  }

  /** The interaction that a callback answers; 10062 when it is unknown or late, 40060 when it has been answered. */
  waiting(id: string, token: string): Interaction {
    const interaction = this.#byToken.get(token);
    if (!interaction || interaction.id !== id || interaction.state === 'failed') {
      throw discordError('unknownInteraction');
    }
    if (interaction.state === 'acknowledged') throw discordError('alreadyAcknowledged');
    return interaction;
  }

  acknowledge(interaction: Interaction): void {
    interaction.state = 'acknowledged';
    this.#stopTimer(interaction);
    this.#tell(interaction, 'INTERACTION_SUCCESS');
  }

  /** The interaction behind a webhook token; 10015 when it is unknown or unanswered, 50027 after 15 minutes. */
  answered(applicationId: string, token: string): Interaction {
    const interaction = this.#byToken.get(token);
    if (!interaction || interaction.application.id !== applicationId) throw discordError('unknownWebhook');
    if (this.#core.clock.now() - interaction.createdAtMs > tokenLivesMs) throw discordError('invalidWebhookToken');
    if (interaction.state !== 'acknowledged') throw discordError('unknownWebhook');
    return interaction;
  }

  showModal(modal: ShownModal): void {
    const [oldest] = this.#modals.keys();
    if (oldest !== undefined && this.#modals.size >= mostModals) this.#modals.delete(oldest);
    this.#modals.set(modalKey(modal.origin.user.id, modal.origin.application.id, modal.customId), modal);
  }

  /** Whether this form was shown to the user; it can be sent once. */
  findModal(userId: string, applicationId: string, customId: string): ShownModal {
    const modal = this.#modals.get(modalKey(userId, applicationId, customId));
    if (!modal) throw new DiscordError(404, 10062, 'Unknown interaction');
    return modal;
  }

  closeModal({ origin, customId }: ShownModal): void {
    this.#modals.delete(modalKey(origin.user.id, origin.application.id, customId));
  }

  #tell(interaction: Interaction, t: 'INTERACTION_SUCCESS' | 'INTERACTION_FAILURE'): void {
    const d = { id: interaction.id, nonce: interaction.nonce };
    this.#core.bus.announce({ t, d, audience: { kind: 'users', userIds: [interaction.user.id] } });
  }

  #stopTimer({ id }: Interaction): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  /** An expired token is remembered for as long again, so that a late use is told apart from an invented one. */
  #forgetExpired(): void {
    const oldest = this.#core.clock.now() - 2 * tokenLivesMs;
    for (const [token, { createdAtMs }] of this.#byToken) {
      if (createdAtMs >= oldest) break;
      this.#byToken.delete(token);
    }
  }
}

function modalKey(userId: string, applicationId: string, customId: string): string {
  return `${userId}/${applicationId}/${customId}`;
}
