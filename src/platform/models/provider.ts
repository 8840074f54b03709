import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Ability, ModelConfig, ProviderConfig, Quirk } from '../config/index.ts';
import type { Web } from '../web/index.ts';
import type { Connection } from './abilities/call.ts';
import { ableModels, drawsByName, drawsOnly, unlistedModel } from './abilities/catalogue.ts';
import { svgModel } from './abilities/draw/svg.ts';
import type { AbilityModel, AbilityPrices } from './abilities/port.ts';
import { CircuitBreaker, ModelBreakers } from './breaker.ts';
import { callModel, noTools } from './call.ts';
import { catalogueNames, describeModel } from './catalogue.ts';
import { listModels } from './discovery.ts';
import type { ListedProvider } from './list-request.ts';
import { ModelError, modelError, translateModelError } from './errors.ts';
import { KeyRing } from './key-ring.ts';
import type {
  ChatEvent,
  ChatRequest,
  ModelInfo,
  ModelNews,
  ModelPrices,
  ProviderFault,
  ProviderStatus,
} from './port.ts';
import type { Counter } from './prompt-size.ts';
import { faultOf, isMissingList } from './provider-fault.ts';
import { longestWaitMs } from './retry-after.ts';
import { apiUrlOf, baseUrlOf, VendorClients } from './vendor.ts';
import { QuirkBook } from './wire/quirks.ts';

interface ProviderOptions {
  name: string;
  config: ProviderConfig;
  /** Models that the settings name elsewhere (as default or fallback): usable though nothing lists them. */
  alsoNamed: readonly string[];
  /** As `alsoNamed`, for what is no conversation. */
  alsoAble: Readonly<Partial<Record<Ability, string>>>;
  /** By model id, from the settings. */
  prices: Readonly<Record<string, ModelPrices>>;
  abilityPrices: Readonly<Record<string, AbilityPrices>>;
  clock: Clock;
  logger: Logger;
  counter: Counter;
  tell: (news: ModelNews) => void;
  web?: Web | undefined;
}

/** A list that is older is asked for again, in the background, when somebody looks; sooner when there is none. */
const LIST_AGE_MS = 300_000;
const NO_LIST_AGE_MS = 30_000;
/** Where a provider does not say how long a key must rest. */
const RATE_LIMIT_REST_MS = 20_000;
/** After this a refused key is tried again: it may have been paid for, or the provider mistaken. */
const BAD_KEY_REST_MS = 600_000;
/** However long a provider asks for: limits are raised and accounts topped up. */
const LONGEST_REST_MS = 3_600_000;
/** A connection that fails once may have met a restart; this many in a row are told to the bot's owner. */
const FAILURES_TO_TELL = 3;
/** The model of a provider whose list is not known yet. */
const ANY_MODEL = 'auto';

/** Failures that say something about the provider or the model, not about the request or the key. */
const breaksCircuit: ReadonlySet<string> = new Set([
  'model/unreachable',
  'model/broke-off',
  'model/empty',
  'model/overloaded',
  'model/timeout',
]);

type KeyCall<Event> = (apiKey: string) => AsyncIterable<Event>;

/** One configured provider: its models, keys and circuit breaker. */
export class Provider {
  readonly name: string;
  readonly config: ProviderConfig;
  private readonly options: ProviderOptions;
  private readonly keys: KeyRing;
  /** Of the connection, which all models share. */
  private readonly connection: CircuitBreaker;
  private readonly breakers: ModelBreakers;
  private readonly clients: VendorClients;
  private readonly listsItself: boolean;
  /** Connections in a row that could not be made. */
  private unreached = 0;
  /** That hold conversations. */
  private listed: ModelConfig[];
  /** That do something else. */
  private others: ModelConfig[];
  private listedAt = Number.NEGATIVE_INFINITY;
  private listing: Promise<void> | undefined;
  private listFailure: VendorError | undefined;
  /** Names of models that have refused tools since the start. */
  private readonly withoutTools = new Set<string>();

  constructor(options: ProviderOptions) {
    this.options = options;
    this.name = options.name;
    this.config = options.config;
    this.keys = new KeyRing(options.clock, options.config.apiKeys);
    this.connection = new CircuitBreaker(options.clock);
    this.breakers = new ModelBreakers(options.clock);
    const quirks = new QuirkBook(
      (model) => this.configuredQuirks(model),
      (model, quirk) => this.tellQuirk(model, quirk),
    );
    this.clients = new VendorClients({ name: options.name, config: options.config, quirks, clock: options.clock });
    const { type, models } = options.config;
    this.listsItself = models === undefined && listing.includes(type);
    const named: readonly ModelConfig[] = models ?? catalogueNames(type).map((name) => ({ name }));
    const known = named.map((model) => (drawsByName(options.config, model) ? thatDraws(model) : model));
    this.listed = known.filter(holdsConversations);
    this.others = known.filter((model) => !holdsConversations(model));
  }

  /** Usable models, the provider's own choice first. A provider that must be there but did not answer has one, `auto`. */
  models(): ModelInfo[] {
    this.refreshList();
    if (drawsOnly(this.config)) return [];
    const missing = this.options.alsoNamed.filter(
      (name) => name !== ANY_MODEL && !this.listed.some((model) => model.name === name),
    );
    const all = [...this.listed, ...missing.map((name) => ({ name }))];
    const mayHaveAny = this.listsItself && this.others.length === 0 && !this.config.optional;
    if (all.length === 0 && mayHaveAny) all.push({ name: ANY_MODEL });
    return all.map((model) => this.describe(model));
  }

  /** Models that do this, the provider's own choice first. */
  able(ability: Ability): AbilityModel[] {
    this.refreshList();
    const able = ableModels(this.options, this.others, ability);
    if (ability !== 'draw') return able;
    const writers = this.listed.filter(({ svg }) => svg).map((model) => this.describe(model));
    return [...able, ...writers.map((writer) => svgModel(writer, this.config.timeouts.totalMs))];
  }

  /** A model that nobody lists, of a provider that has any. */
  unlisted(ability: Ability, id: string): AbilityModel | undefined {
    return unlistedModel(this.options, ability, id);
  }

  /** For calls of what is no conversation. */
  connect(modelId: string, apiKey: string): Connection {
    const { name: provider, config } = this;
    const kind: Connection['kind'] = config.type === 'openai' ? 'openai' : 'compatible';
    const { totalMs: timeoutMs } = config.timeouts;
    const { clock, web } = this.options;
    const reached = { provider, config, kind, apiKey, clock, timeoutMs, web };
    return { ...reached, baseUrl: apiUrlOf(config), model: this.nameOf(modelId) };
  }

  private guarded(): ListedProvider {
    return { name: this.name, config: this.config, apiKey: this.config.apiKeys[0] ?? '', clock: this.options.clock };
  }

  private describe(model: ModelConfig): ModelInfo {
    const listPrices = this.options.prices[`${this.name}/${model.name}`];
    const nowMs = this.options.clock.now();
    const info = describeModel({ provider: this.name, config: this.config, model, listPrices, nowMs });
    return this.withoutTools.has(model.name) ? { ...info, abilities: { ...info.abilities, tools: false } } : info;
  }

  /** Asks for the list of models when the provider has to be asked and that is due. Never rejects. */
  async list(): Promise<void> {
    this.refreshList();
    await this.listing;
  }

  private refreshList(): void {
    const { clock } = this.options;
    const missing = this.listed.length + this.others.length === 0 || this.listFailure !== undefined;
    const ageMs = missing ? NO_LIST_AGE_MS : LIST_AGE_MS;
    if (!this.listsItself || this.listing || clock.now() - this.listedAt < ageMs) return;
    this.listing = this.readList().finally(() => {
      this.listing = undefined;
      this.listedAt = clock.now();
    });
  }

  private async readList(): Promise<void> {
    try {
      this.keepList(await listModels(this.guarded()));
    } catch (error) {
      this.listFailure = translateModelError(this.name, error, this.options.clock.now());
    }
  }

  private keepList(models: readonly ModelConfig[]): void {
    this.listed = models.filter(holdsConversations);
    this.others = models.filter((model) => !holdsConversations(model));
    this.listFailure = undefined;
  }

  /**
   * Begins with `start`, which comes with the first thing the model says. Tries one key after the other while nothing
   * has been said. Throws a VendorError.
   */
  async *stream(asked: ModelInfo, request: ChatRequest): AsyncGenerator<ChatEvent> {
    const info = await this.resolve(asked, request);
    if (request.tools?.length && !info.abilities.tools) throw noTools(this.name);
    yield* this.attempt(info.id, (apiKey) => this.callText(info, request, apiKey));
  }

  /** Makes one call, with one key after the other while nothing of a result has come, or one `only`. Throws a VendorError. */
  async *attempt<Event>(modelId: string, call: KeyCall<Event>, only?: string): AsyncGenerator<Event> {
    const model = this.breakers.of(modelId);
    this.enter(modelId, model);
    try {
      yield* this.tryKeys(call, only);
      this.unreached = 0;
      this.connection.succeeded();
      model.succeeded();
    } catch (error) {
      this.judge(error, model);
      throw error;
    } finally {
      this.connection.left();
      model.left();
    }
  }

  /** Throws while the connection or the model is left alone. */
  private enter(modelId: string, model: CircuitBreaker): void {
    const connectionMs = this.connection.enter();
    const modelMs = connectionMs > 0 ? 0 : model.enter();
    if (connectionMs === 0 && modelMs === 0) return;
    // The one trial that the connection allows after a while must not be lost to a model that is left alone.
    if (modelMs > 0) this.connection.left();
    const message = `${modelMs > 0 ? modelId : this.name}: it failed several times in a row and is left alone for a moment`;
    throw modelError('model/unreachable', message, { retryable: true, retryAfterMs: connectionMs + modelMs });
  }

  /** Only a connection that can't be made speaks of the provider; what comes over one speaks of the model. */
  private judge(error: unknown, model: CircuitBreaker): void {
    if (!(error instanceof VendorError)) return;
    if (error instanceof ModelError && error.neverReached) {
      this.connection.failed();
      this.unreached += 1;
      if (this.unreached >= FAILURES_TO_TELL) this.tellFailing(error);
      return;
    }
    // However it answers, it is there.
    this.unreached = 0;
    this.connection.succeeded();
    if (error.code === 'model/bad-key') this.tellFailing(error);
    if (breaksCircuit.has(error.code)) model.failed();
    else if (error.code === 'model/rate-limited') model.succeeded();
  }

  private async *callText(info: ModelInfo, request: ChatRequest, apiKey: string): AsyncGenerator<ChatEvent> {
    const { clock, counter } = this.options;
    const { timeouts } = this.config;
    const model = await this.clients.model(this.nameOf(info.id), apiKey);
    let started = false;
    try {
      for await (const event of callModel({ model, info, request, timeouts, clock, counter })) {
        if (!started) yield { type: 'start', modelId: info.id };
        started = true;
        yield event;
      }
    } catch (error) {
      if (error instanceof VendorError && error.code === 'model/no-tools') this.withoutTools.add(this.nameOf(info.id));
      throw error;
    }
  }

  private async *tryKeys<Event>(call: KeyCall<Event>, only: string | undefined): AsyncGenerator<Event> {
    const tried = new Set(only === undefined ? [] : this.config.apiKeys.filter((key) => key !== only));
    for (;;) {
      const key = this.keys.next(tried);
      if (!key) throw this.noKeyLeft();
      tried.add(key.value);
      let started = false;
      try {
        for await (const event of call(key.value)) {
          started = true;
          yield event;
        }
        this.keys.worked(key.value);
        return;
      } catch (error) {
        if (started || !(error instanceof VendorError) || !this.retire(key, error)) throw error;
      }
    }
  }

  private nameOf(id: string): string {
    return id.slice(this.name.length + 1);
  }

  /** Whether the key is what failed, so that another may do. */
  private retire(key: { value: string; number: number }, error: VendorError): boolean {
    if (error.code === 'model/rate-limited') {
      this.keys.rest(key.value, Math.min(error.retryAfterMs ?? RATE_LIMIT_REST_MS, LONGEST_REST_MS));
      return true;
    }
    const fault = error.code === 'model/bad-key' ? 'bad' : error.code === 'model/no-credit' ? 'no-credit' : undefined;
    if (fault === undefined) return false;
    if (this.keys.setAside(key.value, fault, BAD_KEY_REST_MS)) {
      const fields = { provider: this.name, keyNumber: key.number, of: this.keys.size };
      const what =
        fault === 'bad'
          ? 'A provider refuses one of its keys; it is set aside.'
          : 'The account of a key has no credit left.';
      // With its only key the whole provider fails, which the bot's owner is told in a line of its own.
      const level = fault === 'bad' && this.keys.size === 1 ? 'debug' : 'warn';
      this.options.logger[level]({ ...fields, reason: error.message }, what);
      if (fault === 'no-credit') this.options.tell({ kind: 'no-credit', ...fields });
    }
    return true;
  }

  private configuredQuirks(model: string): Quirk[] {
    const { quirks = [], models = [] } = this.config;
    return [...quirks, ...(models.find(({ name }) => name === model)?.quirks ?? [])];
  }

  private tellQuirk(model: string, quirk: Quirk): void {
    const fields = { provider: this.name, model, quirk };
    this.options.logger.warn(fields, 'A model refused a part of its requests, which is left out from now on.');
    this.options.tell({ kind: 'quirk', ...fields });
  }

  private tellFailing(error: VendorError): void {
    const { fault, detail } = this.faultOf(error);
    this.options.tell({ kind: 'failing', provider: this.name, fault, detail });
  }

  private faultOf(failure: VendorError): { fault: ProviderFault; detail: string } {
    return faultOf(failure, baseUrlOf(this.config), this.config.apiKeys.length > 0);
  }

  private noKeyLeft(): VendorError {
    const state = this.keys.state();
    if (state.status === 'resting') {
      const details = { retryable: state.readyInMs <= longestWaitMs, retryAfterMs: state.readyInMs };
      return modelError('model/rate-limited', `${this.name}: too many requests`, details);
    }
    if (state.status === 'no-credit') {
      return modelError('model/no-credit', `${this.name}: its account has no credit left`, { retryable: false });
    }
    const which = this.keys.size === 1 ? 'its key is' : 'all of its keys are';
    return modelError('model/bad-key', `${this.name}: ${which} refused; set a valid one`, { retryable: false });
  }

  /** `auto` stands for the first that may be used of whatever the provider turns out to have. */
  private async resolve(model: ModelInfo, { allowed = () => true }: ChatRequest): Promise<ModelInfo> {
    if (
      !this.listsItself ||
      model.id !== `${this.name}/${ANY_MODEL}` ||
      this.listed.some(({ name }) => name === ANY_MODEL)
    ) {
      return model;
    }
    await this.list();
    const first = this.listed.map((listed) => this.describe(listed)).find(allowed);
    if (first) return first;
    if (this.listed.length > 0) {
      const none = `${this.name}: none of its models may be used`;
      throw modelError('model/unknown-model', none, { retryable: false });
    }
    if (this.listFailure && !isMissingList(this.listFailure)) throw this.listFailure;
    const message = `${this.name}: it lists no models; name one in familiar.yaml (providers.${this.name}.models)`;
    throw modelError('model/unknown-model', message, { retryable: false });
  }

  /** Asks for the list of models now. Never rejects. */
  async check(): Promise<ProviderStatus> {
    const { clock } = this.options;
    try {
      const models = await listModels(this.guarded());
      if (this.listsItself) {
        this.keepList(models);
        this.listedAt = clock.now();
      }
      const detail = models.length === 1 ? '1 model' : `${models.length} models`;
      return { provider: this.name, state: 'up', detail };
    } catch (error) {
      const failure = translateModelError(this.name, error, clock.now());
      if (isMissingList(failure))
        return { provider: this.name, state: 'up', detail: 'it answers, but lists no models' };
      if (this.config.optional) {
        return {
          provider: this.name,
          state: 'unknown',
          detail: `not running (optional), at ${baseUrlOf(this.config)}`,
        };
      }
      return { provider: this.name, state: 'down', ...this.faultOf(failure) };
    }
  }
}

/** Types that can be asked for their models. */
const listing: readonly ProviderConfig['type'][] = ['ollama', 'openai-compatible', 'automatic1111'];

const holdsConversations = ({ abilities }: ModelConfig): boolean => abilities === undefined;
const thatDraws = (model: ModelConfig): ModelConfig => ({ ...model, abilities: ['draw'] });
