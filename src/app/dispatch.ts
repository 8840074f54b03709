import { InteractionType } from 'discord-api-types/v10';
import type { APIInteraction, GatewayDispatchPayload, GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import type { Logger } from '../kernel/logger.ts';
import type { CachedGuild } from '../platform/discord/index.ts';
import { claimOrder } from '../sdk/index.ts';
import type { EventListeners, MessageClaim } from '../sdk/index.ts';
import type { CommandRunner } from './command-runner.ts';
import type { PressedInteraction } from './component-runner.ts';
import type { LoadedFeature } from './features.ts';
import type { PublicRefusals } from './public-refusals.ts';

interface DispatchOptions {
  features: readonly LoadedFeature[];
  commands: CommandRunner;
  press: (interaction: PressedInteraction) => Promise<void>;
  /** What else is waited for by `idle`. */
  refusals: Pick<PublicRefusals, 'idle'>;
  logger: Logger;
}

export interface Dispatch {
  /**
   * Resolves when everything that must survive a crash is durable; returns nothing when it is at once. A busy server
   * sends thousands of events a second that nobody wants, and a promise for each would cost more than the rest. Never
   * throws or rejects.
   */
  event(event: GatewayDispatchPayload): Promise<void> | undefined;
  guildJoined(guild: CachedGuild, systemChannelId: string | null): Promise<void>;
  sessionLost(sinceMs: number): Promise<void>;
  /** Resolves when no interaction or command is being worked on, and every refusal is sent. For tests and for stopping. */
  idle(): Promise<void>;
}

/** Listeners for what is no event of Discord's. */
const ownNames: readonly string[] = ['guildJoined', 'sessionLost'] satisfies (keyof EventListeners)[];

type Listener = (data: unknown) => void | Promise<void>;

/**
 * Offers each event to the listeners of its name, and each person's message to the claims in their declared order and to
 * prefix commands, until one takes it.
 */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { logger } = options;
  const listeners = listenersByEvent(options.features);
  const ordered = claimsInOrder(options.features);
  const isBefore = ({ place }: MessageClaim) => place === 'image-prefix';
  const claims: MessageClaim['claim'][] = [
    ...ordered.filter(isBefore).map(({ claim }) => claim),
    (message) => options.commands.prefix(message),
    ...ordered.filter((claim) => !isBefore(claim)).map(({ claim }) => claim),
  ];
  const underway = new Set<Promise<void>>();

  const guard = (name: string, run: () => unknown): Promise<void> | undefined => {
    const failed = (error: unknown) => logger.error({ error, event: name }, 'Handling an event failed.');
    try {
      const result = run();
      return result instanceof Promise ? result.then(() => undefined, failed) : undefined;
    } catch (error) {
      failed(error);
      return undefined;
    }
  };
  const inBackground = (name: string, run: () => Promise<void>): void => {
    const work = Promise.resolve(guard(name, run)).finally(() => underway.delete(work));
    underway.add(work);
  };
  const listen = ({ t, d }: GatewayDispatchPayload): Promise<void> | undefined => {
    let waiting: Promise<void> | undefined;
    for (const listener of listeners.get(t) ?? []) {
      const work = guard(t, () => listener(d));
      if (work) waiting = waiting ? waiting.then(() => work) : work;
    }
    return waiting;
  };

  return {
    event: (event) => {
      const listening = listen(event);
      // An interaction dies with the process anyway (Discord waits 3 s), so nothing has to wait for its answer.
      if (event.t === 'INTERACTION_CREATE') inBackground(event.t, () => interact(options, event.d));
      if (event.t !== 'MESSAGE_CREATE') return listening;
      const offered = () => guard(event.t, () => offer(claims, event.d));
      return listening ? listening.then(offered) : offered();
    },
    guildJoined: async (guild, systemChannelId) => {
      for (const { parts } of options.features) {
        await guard('guildJoined', () => parts.on?.guildJoined?.(guild, systemChannelId));
      }
    },
    sessionLost: async (sinceMs) => {
      for (const { parts } of options.features) await guard('sessionLost', () => parts.on?.sessionLost?.(sinceMs));
    },
    idle: async () => {
      while (underway.size > 0) await Promise.all(underway);
      await options.commands.idle();
      await options.refusals.idle();
    },
  };
}

/** Asks one claim after the other; waits only for one that has to think. */
function offer(
  claims: readonly MessageClaim['claim'][],
  message: GatewayMessageCreateDispatchData,
): Promise<void> | undefined {
  if (message.author.bot || message.webhook_id !== undefined) return undefined;
  for (const [index, claim] of claims.entries()) {
    const claimed = claim(message);
    if (claimed === true) return undefined;
    if (claimed !== false) {
      return claimed.then((taken) => (taken ? undefined : offer(claims.slice(index + 1), message)));
    }
  }
  return undefined;
}

function interact(options: DispatchOptions, interaction: APIInteraction): Promise<void> {
  switch (interaction.type) {
    case InteractionType.ApplicationCommand:
      return options.commands.run(interaction);
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
      if (ownNames.includes(name)) continue;
      listeners.set(name, [...(listeners.get(name) ?? []), listener as Listener]);
    }
  }
  return listeners;
}

function claimsInOrder(features: readonly LoadedFeature[]): MessageClaim[] {
  const claims = features.flatMap(({ parts }) => parts.claims ?? []);
  return claims.sort((a, b) => claimOrder.indexOf(a.place) - claimOrder.indexOf(b.place));
}
