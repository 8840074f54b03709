import { InteractionType } from 'discord-api-types/v10';
import type { APIInteraction, GatewayDispatchPayload, GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import type { Logger } from '../kernel/logger.ts';
import type { CachedGuild } from '../platform/discord/index.ts';
import { claimOrder } from '../sdk/index.ts';
import type { MessageClaim } from '../sdk/index.ts';
import type { CommandRunner } from './command-runner.ts';
import type { PressedInteraction } from './component-runner.ts';
import type { LoadedFeature } from './features.ts';

export interface DispatchOptions {
  features: readonly LoadedFeature[];
  commands: CommandRunner;
  press: (interaction: PressedInteraction) => Promise<void>;
  logger: Logger;
}

export interface Dispatch {
  /** Resolves when everything that must survive a crash is durable. Never rejects. */
  event(event: GatewayDispatchPayload): Promise<void>;
  guildJoined(guild: CachedGuild, systemChannelId: string | null): Promise<void>;
  /** Resolves when no interaction is being worked on. For tests and for stopping. */
  idle(): Promise<void>;
}

type Listener = (data: unknown) => void | Promise<void>;

/**
 * Offers each event to the listeners of its name, and each person's message to prefix commands and then to the claims
 * in their declared order, until one takes it.
 */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { logger } = options;
  const listeners = listenersByEvent(options.features);
  const claims = claimsInOrder(options.features);
  const underway = new Set<Promise<void>>();

  const guard = async (name: string, run: () => unknown): Promise<void> => {
    try {
      await run();
    } catch (error) {
      logger.error({ error, event: name }, 'Handling an event failed.');
    }
  };
  const inBackground = (name: string, run: () => Promise<void>): void => {
    const work = guard(name, run).finally(() => underway.delete(work));
    underway.add(work);
  };
  const offer = async (message: GatewayMessageCreateDispatchData): Promise<void> => {
    if (message.author.bot || message.webhook_id !== undefined) return;
    if (await options.commands.prefix(message)) return;
    for (const claim of claims) {
      if (await claim.claim(message)) return;
    }
  };

  return {
    event: async (event) => {
      const interested = listeners.get(event.t);
      if (interested) await Promise.all(interested.map((listener) => guard(event.t, () => listener(event.d))));
      if (event.t === 'MESSAGE_CREATE') await guard(event.t, () => offer(event.d));
      // An interaction dies with the process anyway (Discord waits 3 s), so nothing has to wait for its answer.
      if (event.t === 'INTERACTION_CREATE') inBackground(event.t, () => interact(options, event.d));
    },
    guildJoined: async (guild, systemChannelId) => {
      for (const { parts } of options.features) {
        await guard('guildJoined', () => parts.on?.guildJoined?.(guild, systemChannelId));
      }
    },
    idle: async () => {
      while (underway.size > 0) await Promise.all(underway);
    },
  };
}

function interact(options: DispatchOptions, interaction: APIInteraction): Promise<void> {
  switch (interaction.type) {
    case InteractionType.ApplicationCommand:
      return options.commands.slash(interaction);
    case InteractionType.ApplicationCommandAutocomplete:
      return options.commands.suggest(interaction);
    case InteractionType.MessageComponent:
    case InteractionType.ModalSubmit:
      return options.press(interaction);
    case InteractionType.Ping:
      return Promise.resolve();
  }
}

function listenersByEvent(features: readonly LoadedFeature[]): Map<string, Listener[]> {
  const listeners = new Map<string, Listener[]>();
  for (const { parts } of features) {
    for (const [name, listener] of Object.entries(parts.on ?? {})) {
      if (name === 'guildJoined') continue;
      listeners.set(name, [...(listeners.get(name) ?? []), listener as Listener]);
    }
  }
  return listeners;
}

function claimsInOrder(features: readonly LoadedFeature[]): MessageClaim[] {
  const claims = features.flatMap(({ parts }) => parts.claims ?? []);
  return claims.sort((a, b) => claimOrder.indexOf(a.place) - claimOrder.indexOf(b.place));
}
