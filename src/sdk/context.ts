import type { GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import type { Kysely } from 'kysely';
import type { ByteBudget } from '../kernel/byte-budget.ts';
import type { ReachCheckpoint } from '../kernel/checkpoints.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Random } from '../kernel/random.ts';
import type { DiscordActions, DiscordCache, SelfUser } from '../platform/discord/index.ts';
import type { FeatureFiles } from '../platform/files/index.ts';
import type { BarChart, ImageWork, Picture } from '../platform/media/index.ts';
import type { Models } from '../platform/models/index.ts';
import type { Database, Db, Transact, Tx } from '../platform/postgres/index.ts';
import type { EnqueueResult, JobSpec, KeyedResult, KeyMode, Queue } from '../platform/queue/index.ts';
import type { Vault } from '../platform/secrets/index.ts';
import type { Texts, Translate } from '../platform/texts/index.ts';
import type { Web } from '../platform/web/index.ts';
import type { AccessService, Caller } from '../services/access/index.ts';
import type { Audit } from '../services/audit/index.ts';
import type { Budgets } from '../services/budgets/index.ts';
import type { Generations } from '../services/generation/index.ts';
import type { Ledger } from '../services/ledger/index.ts';
import type { Limits } from '../services/limits/index.ts';
import type { Prices } from '../services/prices/index.ts';
import type { Privacy } from '../services/privacy/index.ts';
import type { ScopeName } from '../services/settings/index.ts';
import type { Spending } from '../services/spending/index.ts';
import type { FeatureApi } from './api.ts';
import type { Command } from './command.ts';
import type { ConversationParts } from './conversation.ts';
import type { EventEmitter } from './event.ts';
import type { FeatureConfig } from './setting.ts';
import type { Signals } from './signals.ts';

/** Where something happens, for looking up settings. */
export interface Place {
  guildId?: string | null;
  channelId?: string;
  userId?: string;
}

/** Settings of one feature. Values set by command win over the YAML's, nearest scope first: channel, user, guild. */
export interface FeatureSettings<Settings> {
  /** As the YAML has them. */
  readonly instance: Settings;
  /** What applies in a place. Answers from memory for guilds and channels; a user costs one query. */
  at(place: Place): Promise<Settings>;
  /** As `at` without the user's own, without waiting: for the path that every message takes. */
  peek(place: Omit<Place, 'userId'>): Settings;
  /** What was set by command for this guild or channel alone, without what holds there from elsewhere. */
  own(scope: 'guild' | 'channel', scopeId: string): Partial<Settings>;
  /** Undefined unsets. Rejects with a UserError when the schema does not allow the value. */
  set<Key extends keyof Settings & string>(
    scope: ScopeName,
    scopeId: string,
    key: Key,
    value: Settings[Key] | undefined,
  ): Promise<void>;
}

/** A command without subcommands, or a subcommand under its full name, as the help shows it. */
export interface CommandInfo {
  feature: string;
  command: Command;
  /** `!model [name]`. */
  usage: string;
  /** The texts of the command's own feature, for its description and those of its options. */
  describe: Translate;
}

/** A guild with what settings can name of it. */
export interface GuildEntry {
  id: string;
  name: string;
  channels: readonly { id: string; name: string; type: number }[];
  /** Without the role that everyone has. */
  roles: readonly { id: string; name: string }[];
}

/** A job of a feature. */
export type FeatureJob = Omit<JobSpec, 'kind' | 'queue'> & {
  /** Under `jobs`. */
  name: string;
  /** `text`, `images`, or one that the feature declares under `queues`. */
  queue: string;
};

export type ExtensionKind = keyof ConversationParts;

/** A part that a feature adds to conversations. */
export interface Extension<Kind extends ExtensionKind> {
  feature: string;
  /** The catalogue of the feature. */
  texts: Texts;
  part: NonNullable<ConversationParts[Kind]>[number];
}

/** Everything a feature may touch. */
export interface FeatureContext<Settings> {
  settings: FeatureSettings<Settings>;
  db: Kysely<Database>;
  transaction: Transact;
  clock: Clock;
  ids: Ids;
  random: Random;
  logger: Logger;
  /** Tells crash tests how far the work of a request has come. */
  checkpoint: ReachCheckpoint;
  discord: {
    self: SelfUser;
    actions: DiscordActions;
    cache: DiscordCache;
    inviteUrl: string;
    /** False where messages come without their words unless they are meant for the bot. */
    messageContent: boolean;
    /** Every guild of the bot as it last saw it, in order of name. One query each time. */
    guilds(): Promise<GuildEntry[]>;
  };
  models: Models;
  /** Paid calls of models: texts, embeddings, speech, images. */
  generate: Generations;
  jobs: {
    /** Adds a job of this feature. */
    enqueue(db: Kysely<Database> | Tx, spec: FeatureJob): Promise<EnqueueResult>;
    /** Adds a job, or changes the one that waits under its key (see `KeyMode`). Keys are the feature's own. */
    enqueueKeyed(db: Db, spec: FeatureJob & { key: string; keyMode: KeyMode }): Promise<KeyedResult>;
    /**
     * Adds a job that waits until nobody has asked for it for `delayMs`, but no longer than `maxDelayMs` from when it was first
     * asked for. The last payload counts. Asked for while it runs, it runs once more.
     *
     * @example
     * await context.jobs.debounce(tx, {
     *   ...{ name: 'refresh', queue: 'text', key: channelId, payload: { channelId } },
     *   ...{ delayMs: 5_000, maxDelayMs: 60_000 },
     * });
     */
    debounce(
      db: Db,
      spec: Omit<FeatureJob, 'runAt'> & { key: string; delayMs: number; maxDelayMs?: number },
    ): Promise<KeyedResult>;
    cancel: Queue['cancel'];
    keepWaiting: Queue['keepWaiting'];
    enterLane: Queue['enterLane'];
    inLine: Queue['inLine'];
  };
  /** Tells other features, in the caller's transaction. */
  events: EventEmitter;
  /** Names begin with the feature's. */
  signals: Signals;
  /** Billing: what costs something goes through here. */
  spending: Spending;
  /** For showing and administering what `spending` decides by. */
  money: { ledger: Ledger; budgets: Budgets; prices: Prices };
  access: AccessService;
  limits: Limits;
  audit: Audit;
  charts: {
    /** As PNG. Rejects when it could not be drawn. */
    bars(chart: BarChart): Promise<Uint8Array>;
  };
  pictures: {
    /** A foreign picture as a model may have it. Rejects with `media/unreadable` when it cannot be decoded. */
    prepare(file: Uint8Array, limits: { longestEdge: number; maxBytes: number }, signal: AbortSignal): Promise<Picture>;
  };
  /** Everything that decodes or makes images. */
  images: ImageWork;
  /** Bytes of people's files in memory at once, over the whole process. */
  fileBytes: ByteBudget;
  /** Files of this feature, with owners. */
  files: FeatureFiles;
  /** The one way to addresses that strangers choose. */
  web: Web;
  /** What is stored about people. Whoever reads messages that were not written to the bot asks `mayRead` first. */
  privacy: Privacy;
  vault: Vault;
  texts: Texts;
  /** Texts that features share: refusals and notices of `spending`. */
  commonTexts: Texts;
  /**
   * Refuses a message that its channel sees: once a minute for a member there, otherwise by a reaction at most. Returns at
   * once, and comes after every answer. Never for what was done.
   */
  refuse(message: Pick<GatewayMessageCreateDispatchData, 'id' | 'channel_id' | 'author'>, content: string): void;
  /** The sentence for a person whose request ended with this error; what is no UserError is logged. */
  explain(error: unknown): string;
  /** Who wrote a message, as rules see them. */
  callerOf(message: GatewayMessageCreateDispatchData): Promise<Caller>;
  /** What another feature offers. Complete once all features are set up; throws an Error before that. */
  use<T extends object>(api: FeatureApi<T>): T;
  /** What all features add to conversations, in order of name. Complete once all features are set up. */
  extensions<Kind extends ExtensionKind>(kind: Kind): readonly Extension<Kind>[];
  /** Every command of the bot, in the order of the help. Complete once all features are set up. */
  commands(): readonly CommandInfo[];
  /** The settings of every feature that has any. Complete once all features are set up. */
  configs(): readonly FeatureConfig[];
  /** The prefix of prefix commands. */
  prefix: string;
  /** The address under which people reach the bot's routes, without a slash at its end; undefined where none is set. */
  publicUrl: string | undefined;
}
