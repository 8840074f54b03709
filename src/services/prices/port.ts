import type {
  AbilityModel,
  AbilityUsage,
  ImageQuality,
  ModelInfo,
  ModelPrices,
  Usage,
} from '../../platform/models/index.ts';

/** A price and where it comes from; a command's wins over the settings', which win over the catalogue's. */
export interface Priced {
  prices: ModelPrices;
  source: 'command' | 'settings' | 'catalogue' | 'free';
}

export interface PricedImage {
  prefix?: string;
  modelId?: string;
  size?: string;
  /** The best by default, because that is what a model may choose by itself. */
  quality?: ImageQuality;
}

/** What things cost, in whole micro-dollars, rounded up. From memory. */
export interface Prices {
  /** Undefined: a paid model whose price is unknown, which must not be used. */
  ofModel(model: ModelInfo): Priced | undefined;
  /** The exact cost of a use. Reasoning tokens are part of the output's. */
  cost(prices: ModelPrices, usage: Omit<Usage, 'estimated'>): number;
  /** The most that a call can cost: nothing cached, every output token at the dearer of output and reasoning. */
  worst(prices: ModelPrices, inputTokens: number, outputTokens: number): number;
  /** How many output tokens `micros` pay for, after the input. Not negative. */
  affordableOutput(prices: ModelPrices, inputTokens: number, micros: number): number;
  /** Per picture, by prefix first, then model and size, then the default. */
  ofImage(image: PricedImage): { micros: number; source: string };
  /**
   * What a use of a model that holds no conversation costs. Undefined where its price is unknown, or in a unit that the
   * use does not tell: it must not be used. One that draws by writing costs the tokens of its chat model. The default of images is no price of a model.
   */
  ofUse(model: AbilityModel, usage: AbilityUsage): number | undefined;
  /** Per step; 0 for tools that nobody priced. */
  ofTool(name: string): number;
  /**
   * Sets or unsets a price by command: of a model (input, output per million), or of a prefix or image model (per
   * picture). Rejects with a UserError for negative or absurd values.
   */
  setModel(modelId: string, prices: ModelPrices | undefined): Promise<void>;
  setImage(prefixOrModel: string, usd: number | undefined): Promise<void>;
  /** Set by command, for `/set-price` without a price and for the dashboard. */
  overrides(): { models: Readonly<Record<string, ModelPrices>>; images: Readonly<Record<string, number>> };
}
