import type {
  Ability,
  AbilityModel,
  AbilityResults,
  AbilityWork,
  ChatEvent,
  DrawEvent,
  ModelInfo,
  ModelMessage,
  ToolChoice,
  ToolDeclaration,
} from '../../platform/models/index.ts';
import type { Amounts } from '../ledger/index.ts';
import type { ModelCall, Notice, Use, Work, WorkUse } from '../spending/index.ts';

/** One call of a text model. */
export interface GenerationRequest extends Omit<ModelCall, 'candidates' | 'inputTokens'> {
  /** In the order in which they are wanted: the first that the payer may use is asked, the others stand in for it. */
  models: readonly ModelInfo[];
  messages: ModelMessage[];
  /** What the model may call. */
  tools?: readonly ToolDeclaration[];
  /** Whether it has to, or must not, call one; it decides unless given. */
  toolChoice?: ToolChoice;
  temperature?: number;
}

/** A call that is reserved. Exactly one of `settle`, `fail` and `waive` ends it; ending it twice changes nothing. */
export interface Generation {
  /** The longest answer that the reservation covers, in tokens. */
  readonly outputTokens: number;
  /** What the calls of providers used so far; the last one answered. */
  readonly uses: readonly Use[];
  /**
   * Asks the model; to be read once. Reading stops at the output limit, whatever the server sends. Throws a VendorError
   * with a ModelErrorCode; rethrows the signal's reason when that is aborted.
   */
  events(): AsyncIterable<ChatEvent>;
  /** Charges the payer, and returns what they should be told. Call it once the result is stored. */
  settle(): Promise<Notice[]>;
  /** Nobody got anything: what was used is on the instance's account. */
  fail(): Promise<void>;
  /** The payer got nothing, and nobody is at fault: what was used is not charged. */
  waive(): Promise<void>;
}

export interface GeneratedText {
  /** Without thoughts, trimmed. */
  text: string;
  modelId: string;
}

/** Which model, and on whose account: as for a text. */
export interface PaidRequest extends Omit<Work, 'model' | 'worstCase' | 'priceLine' | 'lastsMs'> {
  /** The instance's default for this ability unless given. */
  model?: AbilityModel;
}

/** What has a price of its own. */
export interface PricedAs {
  /** The prefix that it came by, whose price wins over the model's. */
  pricedAs?: string;
}

/** What is to be done, as `AbilityWork` says it, and who pays. */
export type AbilityRequest<A extends Ability> = PaidRequest & PricedAs & AbilityWork[A];

/**
 * What is to be done, for its price. `inputCount`: how many inputs it is going to have, where they are not loaded yet.
 */
export type QuotedWork<A extends Ability> = AbilityWork[A] & PricedAs & { model?: AbilityModel; inputCount?: number };

/** Stores a result. On false, and when it rejects, the payer does not pay. */
export type Keep<Result> = (result: Result) => Promise<boolean>;

/** A call that is reserved. Exactly one of `settle`, `fail` and `waive` ends it; ending it twice changes nothing. */
export interface ReservedCall<A extends Ability> {
  readonly model: AbilityModel;
  /** What is reserved. */
  readonly worstCase: Amounts;
  /** What the calls of providers cost so far; the last one gave the result. */
  readonly uses: readonly WorkUse[];
  /** Asks the model; once. Throws a VendorError with a ModelErrorCode, or the signal's reason when that is aborted. */
  run(): Promise<AbilityResults[A]>;
  /** Charges the payer, and returns what they should be told. Call it once the result is stored. */
  settle(): Promise<Notice[]>;
  /** Nobody got anything: what was used is on the instance's account. */
  fail(): Promise<void>;
  /** The payer got nothing, and nobody is at fault: what was used is not charged. */
  waive(): Promise<void>;
}

/** A drawing that is reserved: as `ReservedCall`, with what is to be seen on the way. */
export interface ReservedDrawing extends Omit<ReservedCall<'draw'>, 'run'> {
  /** Asks the model; to be read once. Throws as `run` does. Ending the reading cancels the drawing. */
  events(): AsyncIterable<DrawEvent>;
}

/** What something can cost at most. */
export interface Quote {
  model: AbilityModel;
  /** Undefined where the model's price is unknown: it is then refused. */
  amounts: Amounts | undefined;
}

/** The only way to a model. */
export interface Generations {
  /**
   * Reserves the highest possible cost of a text. Throws a UserError when the payer cannot pay it or may use none of the
   * models.
   */
  start(request: GenerationRequest): Promise<Generation>;
  /**
   * Reserves, asks and charges for a whole text. It is charged when `keep` has stored it; on false, and whenever this
   * rejects, the cost is on the instance's account. Throws a VendorError `model/empty` when the model gave no text.
   */
  text(request: GenerationRequest, keep: Keep<GeneratedText>): Promise<boolean>;
  /**
   * Checks what is to be done, without asking a provider, and says what it can cost at most: for `spending.admit`, and for a
   * button with its price. Throws a UserError when there is no model for it, or it is too much for one call.
   */
  quote<A extends Ability>(ability: A, work: QuotedWork<A>): Promise<Quote>;
  /** Reserves the highest possible cost of anything but a text. Throws as `quote` does, and when the payer cannot pay. */
  reserve<A extends Ability>(ability: A, request: AbilityRequest<A>): Promise<ReservedCall<A>>;
  /** As `reserve`, with previews. */
  reserveDrawing(request: AbilityRequest<'draw'>): Promise<ReservedDrawing>;
  /** Texts as vectors, for finding what is alike. This and what follows is paid as `text` is. */
  embed(request: AbilityRequest<'embed'>, keep: Keep<AbilityResults['embed']>): Promise<boolean>;
  /** Words in a sound. */
  transcribe(request: AbilityRequest<'transcribe'>, keep: Keep<AbilityResults['transcribe']>): Promise<boolean>;
  /** A text as a sound. */
  speak(request: AbilityRequest<'speak'>, keep: Keep<AbilityResults['speak']>): Promise<boolean>;
  /** Images of a prompt, with or without images to begin from. `keep` sees every outcome, also a refusal. */
  draw(request: AbilityRequest<'draw'>, keep: Keep<AbilityResults['draw']>): Promise<boolean>;
  /** Whether texts are objectionable, and why. */
  moderate(request: AbilityRequest<'moderate'>, keep: Keep<AbilityResults['moderate']>): Promise<boolean>;
}
