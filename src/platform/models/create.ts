import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import type { Ability, ProviderConfig } from '../config/index.ts';
import type { Web } from '../web/index.ts';
import { createAbilities } from './abilities/create.ts';
import type { Painter } from './abilities/draw/demo.ts';
import type { Abilities, AbilityPrices } from './abilities/port.ts';
import { DEMO_MODEL, streamDemo } from './demo/model.ts';
import { modelError } from './errors.ts';
import { News } from './news.ts';
import { strictestLimits } from './picture-limits.ts';
import type { ModelMessage, PictureSize, ToolDeclaration } from './messages.ts';
import { pictureTokens } from './picture-tokens.ts';
import type {
  ChatEvent,
  ChatRequest,
  ModelInfo,
  ModelNews,
  ModelPrices,
  Models,
  PictureLimits,
  ProviderStatus,
} from './port.ts';
import { measurePrompt } from './prompt-size.ts';
import { Provider } from './provider.ts';
import { TokenCounter } from './tokens.ts';

interface ModelsOptions {
  providers: Readonly<Record<string, ProviderConfig>>;
  models?: {
    /** `provider/model`; the first provider's own choice by default. */
    default?: string | undefined;
    /** Models to try in order when the one asked for does not answer. */
    fallback?: readonly string[];
    /** The model for what is no conversation; the first that the providers have by default. */
    defaults?: Readonly<Partial<Record<Ability, string>>>;
  };
  /** By model id; they win over what providers and the catalogue say, and make a model that costs nothing a paid one. */
  prices?: Readonly<Record<string, ModelPrices>>;
  /** The same for what is no conversation. */
  abilityPrices?: Readonly<Record<string, AbilityPrices>>;
  /** For images that providers give as addresses. */
  web?: Web;
  /** Paints for `demo/painter`, which there is only with it. */
  painter?: Painter;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Counts tokens in place of a counter of their own; the caller closes it. Several bots of one process can share it. */
  counter?: TokenCounter | undefined;
}

/** How long the start waits for providers that have to be asked for their models. */
const START_WAIT_MS = 300;

/** Failures of one model that another may make good. */
const worthFallback: ReadonlySet<string> = new Set([
  'model/rate-limited',
  'model/overloaded',
  'model/bad-key',
  'model/no-credit',
  'model/wrong-region',
  'model/unreachable',
  'model/broke-off',
  'model/redirected',
  'model/web-page',
  'model/unreadable',
  'model/empty',
  'model/timeout',
  'model/unknown-model',
  'model/failed',
]);

/**
 * The models of all configured providers. Nothing of the AI SDK is loaded before the first answer. Resolves within
 * 300 ms, also when a provider does not answer: it is asked again when its models are looked at later.
 */
export async function createModels(options: ModelsOptions): Promise<Models> {
  const registry = new Registry(options);
  await registry.open();
  return registry;
}

class Registry implements Models {
  readonly abilities: Abilities;
  private readonly options: ModelsOptions;
  private readonly providers: Provider[];
  private readonly wanted: string | undefined;
  private readonly fallback: readonly string[];
  private readonly counter: TokenCounter;
  private readonly news = new News();
  private readonly closing = new AbortController();
  /** The demo model was asked for by name, as opposed to standing in for nothing. */
  private readonly demoWanted: boolean;
  private readonly demo: ModelInfo;

  constructor(options: ModelsOptions) {
    this.options = options;
    this.counter = options.counter ?? new TokenCounter();
    this.wanted = options.models?.default;
    this.fallback = options.models?.fallback ?? [];
    const named = [...(this.wanted === undefined ? [] : [this.wanted]), ...this.fallback];
    const { clock, random, logger, prices = {}, abilityPrices = {}, web, painter } = options;
    const defaults = options.models?.defaults ?? {};
    const entries = Object.entries(options.providers);
    this.providers = entries
      .filter(([, config]) => config.type !== 'demo')
      .map(([name, config]) => {
        const alsoNamed = named.filter((id) => id.startsWith(`${name}/`)).map((id) => id.slice(name.length + 1));
        const alsoAble = namedOf(name, defaults);
        const tell = (news: ModelNews): void => this.news.tell(news);
        const { counter } = this;
        return new Provider({
          ...{ name, config, alsoNamed, alsoAble, prices, abilityPrices, clock, logger, counter, tell, web },
        });
      });
    const { providers, counter } = this;
    this.abilities = createAbilities({
      ...{ providers, defaults, counter, painter, clock, random, closing: this.closing.signal },
      chat: (request) => this.stream(request),
    });
    const demoPrices = prices[DEMO_MODEL.id];
    this.demo = demoPrices ? { ...DEMO_MODEL, paid: true, prices: demoPrices } : DEMO_MODEL;
    this.demoWanted = entries.some(([, config]) => config.type === 'demo') || named.includes(DEMO_MODEL.id);
  }

  async open(): Promise<void> {
    const lists = Promise.all(this.providers.map((provider) => provider.list()));
    const enough = new AbortController();
    const waited = this.options.clock.sleep(START_WAIT_MS, enough.signal).catch(() => undefined);
    await Promise.race([lists, waited]);
    enough.abort();
  }

  list(): ModelInfo[] {
    // Ollama is there by chance: what was configured on purpose comes first.
    const ordered = [...this.providers].sort(
      (a, b) => Number(a.config.type === 'ollama') - Number(b.config.type === 'ollama'),
    );
    const models = ordered.flatMap((provider) => provider.models());
    if (models.length === 0 || this.demoWanted) models.push(this.demo);
    const wanted = models.findIndex((model) => model.id === this.wanted);
    const first = wanted > 0 ? models.splice(wanted, 1) : [];
    return [...first, ...models];
  }

  find(name: string): ModelInfo | undefined {
    const models = this.list();
    const exact = models.find((model) => model.id === name);
    if (exact) return exact;
    const wanted = name.toLowerCase();
    const similar = models.filter((model) =>
      [model.id, shortName(model)].some((known) => known.toLowerCase() === wanted),
    );
    return similar.length === 1 ? similar[0] : undefined;
  }

  get default(): ModelInfo {
    return this.list()[0] ?? this.demo;
  }

  async *stream(request: ChatRequest): AsyncGenerator<ChatEvent> {
    request.signal.throwIfAborted();
    const signal = AbortSignal.any([request.signal, this.closing.signal]);
    let failure: VendorError | undefined;
    const { allowed = () => true } = request;
    for (const model of this.candidates(request.modelId).filter(allowed)) {
      let started = false;
      try {
        for await (const event of this.ask(model, { ...request, signal })) {
          started = true;
          yield event;
        }
        return;
      } catch (error) {
        request.signal.throwIfAborted();
        if (started || !(error instanceof VendorError) || !worthFallback.has(error.code)) throw error;
        this.options.logger.warn(
          { model: model.id, code: error.code, reason: error.message },
          'A model did not answer.',
        );
        failure ??= error;
      }
    }
    if (failure) throw failure;
    const message = `there is no model ${request.modelId} that may be used`;
    throw modelError('model/unknown-model', message, { retryable: false });
  }

  candidates(modelId: string): ModelInfo[] {
    const asked = this.find(modelId);
    const fallbacks = this.fallback.map((id) => this.find(id));
    const all = [asked, ...fallbacks].filter((model) => model !== undefined);
    return all.filter((model, index) => all.findIndex((other) => other.id === model.id) === index);
  }

  private ask(model: ModelInfo, request: ChatRequest): AsyncGenerator<ChatEvent> {
    const { clock, random } = this.options;
    if (model.demo) return streamDemo(request, { clock, random, model });
    const provider = this.providers.find((candidate) => candidate.name === model.provider);
    if (!provider)
      throw modelError('model/unknown-model', `there is no provider ${model.provider}`, { retryable: false });
    return provider.stream(model, request);
  }

  countTokens(modelId: string, text: string): Promise<number> {
    return this.counter.count(modelId, text);
  }

  pictureTokens(modelId: string, size: PictureSize | undefined): number {
    return pictureTokens(modelId, size);
  }

  async maxInputTokens(
    messages: readonly ModelMessage[],
    models: readonly ModelInfo[],
    tools: readonly ToolDeclaration[] = [],
  ): Promise<number> {
    const measured = await Promise.all(models.map((model) => measurePrompt({ messages, tools }, model, this.counter)));
    return Math.max(0, ...measured.map(({ most }) => most));
  }

  pictureLimits(modelId: string): PictureLimits {
    const providers = this.candidates(modelId).map(({ provider }) => {
      const configured = this.providers.find(({ name }) => name === provider);
      return { name: provider, type: configured?.config.type ?? ('demo' as const) };
    });
    return strictestLimits(providers);
  }

  onNews(listener: (news: ModelNews) => void): void {
    this.news.listen(listener);
  }

  async check(names?: readonly string[]): Promise<ProviderStatus[]> {
    const asked = this.providers.filter(({ name }) => names?.includes(name) ?? true);
    const statuses = await Promise.all(asked.map((provider) => provider.check()));
    if (names !== undefined || !this.list().some((model) => model.demo)) return statuses;
    return [
      ...statuses,
      { provider: DEMO_MODEL.provider, state: 'up', detail: 'built in: canned answers, no real model' },
    ];
  }

  /** Ends every answer that is still being given. */
  async close(): Promise<void> {
    this.closing.abort(modelError('model/unreachable', 'the models are closed', { retryable: true }));
    if (!this.options.counter) await this.counter.close();
  }
}

/** The part after the slash of those that are of one provider. */
function namedOf(provider: string, defaults: Readonly<Partial<Record<Ability, string>>>) {
  const own = Object.entries(defaults).filter(([, id]) => id.startsWith(`${provider}/`));
  return Object.fromEntries(own.map(([ability, id]) => [ability, id.slice(provider.length + 1)]));
}

function shortName(model: ModelInfo): string {
  return model.id.slice(model.provider.length + 1);
}
