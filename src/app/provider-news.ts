import type { Clock } from '../kernel/clock.ts';
import type { Config } from '../platform/config/index.ts';
import type { ModelNews, Models } from '../platform/models/index.ts';
import type { OwnerNews } from './owner-news.ts';

/** The same trouble is told again after this. */
const REPEAT_MS = 86_400_000;

interface ProviderNewsOptions {
  models: Pick<Models, 'onNews' | 'check' | 'default'>;
  news: OwnerNews;
  clock: Clock;
  config: Pick<Config, 'models' | 'budgets' | 'features' | 'providers'>;
}

export interface ProviderNews {
  /**
   * Asks the providers of the default model and of every model that the settings name. Resolves within some 5 s; what is
   * wrong is told to the bot's owner, a message for each provider.
   */
  check(): Promise<void>;
}

/** Tells the bot's owner what is wrong with providers: once a day for each provider and kind of trouble. */
export function createProviderNews({ models, news, clock, config }: ProviderNewsOptions): ProviderNews {
  const toldAt = new Map<string, number>();
  const tellFailing = ({ provider, fault, detail }: Omit<Extract<ModelNews, { kind: 'failing' }>, 'kind'>) => {
    const key = `${provider}/${fault}`;
    const now = clock.now();
    if (now - (toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
    toldAt.set(key, now);
    const address = config.providers[provider]?.baseUrl ?? provider;
    news.tell(`models.failing.${fault}`, { provider, address, detail }, `provider/${key}`);
  };
  models.onNews((found) => {
    if (found.kind === 'failing') return tellFailing(found);
    if (found.kind === 'no-credit') return news.tell('models.no-credit', { ...found });
    news.tell(`models.quirk.${found.quirk}`, { ...found, model: `${found.provider}/${found.model}` });
  });
  return {
    check: async () => {
      const statuses = await models.check(providersInUse(models.default.id, config));
      for (const { provider, state, detail, fault = 'other' } of statuses) {
        if (state === 'down') tellFailing({ provider, fault, detail });
      }
    },
  };
}

/** Of the default model and of every model that the settings name. */
function providersInUse(defaultModel: string, config: ProviderNewsOptions['config']): string[] {
  const named = [
    defaultModel,
    ...config.models.fallback,
    ...(config.budgets.downgrade ? [config.budgets.downgrade.model] : []),
    ...textsIn(config.features),
  ];
  const providers = named.map((id) => id.slice(0, Math.max(0, id.indexOf('/'))));
  return [...new Set(providers)].filter((name) => Object.hasOwn(config.providers, name));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
