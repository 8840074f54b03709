import type { AccessSettings } from '../platform/config/index.ts';
import type { ModelInfo, ModelPrices } from '../platform/models/index.ts';
import { explainRoles, figureNames, mayUse } from '../services/access/index.ts';
import type { Access, AccessPlace, AccessService, Action, Caller, FigureName } from '../services/access/index.ts';
import type { Budgets } from '../services/budgets/index.ts';
import type { Prices } from '../services/prices/index.ts';

/** Something that may be used or not, with the rule that says so. */
export interface Verdict {
  name: string;
  allowed: boolean;
  rule: string;
}

/** What applies to one person in one place, as plain data. */
export interface PolicyReport {
  userId: string;
  /** null is a direct message; an empty id is a server without settings of its own. */
  guildId: string | null;
  channelId: string | null;
  instanceAdministrator: boolean;
  roles: readonly { name: string; why: string }[];
  /** Whose commands, buttons and pages their rank opens. */
  ranks: readonly Access[];
  models: readonly (Verdict & {
    /** US dollars per million tokens; null when they are unknown, so that the model is not used. */
    prices: ModelPrices | null;
    priceSource: string;
  })[];
  features: readonly Verdict[];
  commands: readonly Verdict[];
  /** Patterns, since tools may come and go; `only` is what guild and channel leave of them. */
  tools: readonly { pattern: string; rule: string }[];
  toolsOnly: readonly { patterns: readonly string[]; rule: string }[];
  /** null is no limit. */
  figures: readonly { name: FigureName; value: number | null; rule: string }[];
  budgets: readonly { scope: string; period: string; micros: number; rule: string }[];
  notes: readonly string[];
}

interface ExplainOptions {
  config: AccessSettings;
  caller: Caller;
  place: AccessPlace;
  features: readonly string[];
  commands: readonly { feature: string; name: string }[];
  access: AccessService;
  models: readonly ModelInfo[];
  prices: Pick<Prices, 'ofModel'>;
  budgets: Pick<Budgets, 'pools' | 'personal'>;
  /** Whether caps that people set for themselves can be read. */
  personal: boolean;
  notes: readonly string[];
}

const ranks: readonly Access[] = ['everyone', 'moderator', 'guild-administrator', 'instance-administrator'];

export async function explain(options: ExplainOptions): Promise<PolicyReport> {
  const { access, caller, place } = options;
  const policy = options.personal ? await access.ownPolicy(caller, place) : access.policy(caller, place);
  const verdict = (name: string, action: Action): Verdict => {
    const { allowed, rule } = access.decide(caller, place, action);
    return { name, allowed, rule };
  };
  const caps = [
    ...options.budgets.pools(place),
    ...(options.personal ? await options.budgets.personal(caller.userId) : []),
  ];
  return {
    userId: caller.userId,
    guildId: place.guildId,
    channelId: place.channelId === '' ? null : place.channelId,
    instanceAdministrator: caller.instanceAdministrator,
    roles: explainRoles(options.config, caller, place),
    ranks: ranks.filter((rank) => mayUse(rank, caller)),
    models: options.models.map((model) => ({
      ...verdict(model.id, { kind: 'model', id: model.id }),
      ...priceOf(options.prices, model),
    })),
    features: options.features.map((feature) => verdict(feature, { kind: 'feature', feature })),
    commands: options.commands.map(({ feature, name }) =>
      verdict(name, { kind: 'command', feature, name, access: 'everyone' }),
    ),
    tools: policy.allows.tools,
    toolsOnly: policy.only.tools,
    figures: figureNames
      .filter((name) => !(policy.administrator && name.startsWith('requests')))
      .map((name) => ({ name, ...policy.figures[name] })),
    budgets: caps.map(({ scope, period, micros, source }) => ({
      scope: scope.kind,
      period,
      micros,
      rule: source === 'settings' ? 'settings' : `by ${source}`,
    })),
    notes: options.notes,
  };
}

function priceOf(prices: Pick<Prices, 'ofModel'>, model: ModelInfo) {
  const priced = prices.ofModel(model);
  return { prices: priced?.prices ?? null, priceSource: priced?.source ?? 'unknown' };
}
