import type {
  GatewayDispatchPayload,
  GatewayIntentBits,
  GatewayMessageCreateDispatchData,
} from 'discord-api-types/v10';
import type { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import type { CachedGuild } from '../platform/discord/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { JobHandler } from '../platform/queue/index.ts';
import type { Expiry } from '../services/privacy/index.ts';
import type { DeclaredCommand } from './command.ts';
import type { ConversationParts } from './conversation.ts';
import type { ComponentHandler } from './component.ts';
import type { FeatureContext } from './context.ts';
import type { EventSubscriptions } from './event.ts';
import type { MessageCommand } from './message-command.ts';
import type { Route } from './route.ts';
import type { Schedule } from './schedule.ts';

export type IntentName = keyof typeof GatewayIntentBits;

/** Settings are one flat-ish zod object whose every field has a default, so that `{}` is always valid. */
export type SettingsSchema = z.ZodObject;

type EventName = GatewayDispatchPayload['t'];
type EventData<Name extends EventName> = Extract<GatewayDispatchPayload, { t: Name }>['d'];

/**
 * Listeners see every dispatch of their name, in order within a channel, at least once: after a crash an event may come
 * again, so what they do must be safe to repeat. They run before claims and must be quick.
 */
export type EventListeners = {
  [Name in EventName]?: (data: EventData<Name>) => void | Promise<void>;
} & {
  /** The bot was added to a guild while it was away or running. */
  guildJoined?: (guild: CachedGuild, systemChannelId: string | null) => Promise<void>;
  /**
   * For a while after `sinceMs` (Unix ms), Discord did not tell the bot what happened. What people wrote meanwhile has come
   * as events; what they edited and deleted has not, and will not. May be called again.
   */
  sessionLost?: (sinceMs: number) => Promise<void>;
};

/**
 * The order in which features are offered a message that a person wrote. The first whose `claim` is true has it, and
 * none after it is asked. Prefix commands are claimed by the bot itself, after `image-prefix`: where `!` draws, it is no
 * command.
 */
export const claimOrder = ['image-prefix', 'reply-keyword', 'summon', 'chat'] as const;
export type ClaimPlace = (typeof claimOrder)[number];

export interface MessageClaim {
  place: ClaimPlace;
  /**
   * True takes the message; by then everything needed to answer it is durable. Called again with the same message after
   * a crash. Never called for messages of bots and webhooks.
   */
  claim(message: GatewayMessageCreateDispatchData): boolean | Promise<boolean>;
}

export interface FeatureParts extends ConversationParts {
  /** What `defineApi` of the feature's `api.ts` declares. */
  api?: object;
  on?: EventListeners;
  claims?: readonly MessageClaim[];
  commands?: readonly DeclaredCommand[];
  messageCommands?: readonly MessageCommand[];
  /** By action, the second part of a custom id. */
  components?: Readonly<Record<string, ComponentHandler>>;
  /** By name; the job's kind is `feature/name`. */
  jobs?: Readonly<Record<string, JobHandler>>;
  schedules?: readonly Schedule[];
  subscriptions?: EventSubscriptions;
  /** Made with `defineRoute`. */
  routes?: readonly Route[];
  /** By name; jobs of this feature name it as their `queue`. `concurrency`: jobs at once in one process, 1 to 1,000. */
  queues?: Readonly<Record<string, { concurrency: number }>>;
  /**
   * Everything stored about a person, as readable JSON: a list of entries, or an object of such lists. Required of
   * features that store user ids. The text `stored` of the feature's catalogue says what `count` entries are.
   */
  exportUser?: (userId: string) => Promise<Json>;
  /** Removes, in the caller's transaction, what was read of them as context, and what was derived from that. */
  onReadConsentRevoked?: (tx: Tx, userId: string) => Promise<void>;
  /** Removes it, and what was derived from it, in the caller's transaction; returns how many rows went. */
  forgetUser?: (tx: Tx, userId: string) => Promise<number>;
  /** Deletes what people wrote that is older than a guild keeps, and what was derived from it; returns how many rows. */
  expire?: (tx: Tx, expiry: Expiry) => Promise<number>;
  stop?: () => Promise<void>;
}

/** The context of a feature with these settings, for its helpers: `ContextOf<typeof settings>`, or of a declared feature. */
export type ContextOf<Declared extends SettingsSchema | { settings: SettingsSchema }> = FeatureContext<
  z.output<Declared extends { settings: infer Schema extends SettingsSchema } ? Schema : Declared>
>;

export interface FeatureDefinition<Schema extends SettingsSchema = SettingsSchema> {
  /** The folder's name. */
  name: string;
  /** One sentence for the list of features. */
  summary: string;
  intents: readonly IntentName[];
  settings: Schema;
  /** Defaults in the playground, where they differ from those of the schema. */
  playground?: Partial<z.input<Schema>>;
  setup(context: FeatureContext<z.output<Schema>>): FeatureParts | Promise<FeatureParts>;
}

/** Declares a feature; `feature.ts` exports the result as `feature`. */
export function defineFeature<Schema extends SettingsSchema>(
  definition: FeatureDefinition<Schema>,
): FeatureDefinition<Schema> {
  return definition;
}
