import type { ChatEvent, ModelInfo, ModelMessage, ToolChoice, ToolDeclaration } from '../../platform/models/index.ts';
import type { ModelCall, Notice, Use } from '../spending/index.ts';

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

/** The only way to a text model. */
export interface Generations {
  /**
   * Reserves the highest possible cost of a call. Throws a UserError when the payer cannot pay it or may use none of the
   * models.
   */
  start(request: GenerationRequest): Promise<Generation>;
  /**
   * Reserves, asks and charges for a whole text. It is charged when `keep` has stored it; on false, and whenever this
   * rejects, the cost is on the instance's account. Throws a VendorError `model/empty` when the model gave no text.
   */
  text(request: GenerationRequest, keep: (result: GeneratedText) => Promise<boolean>): Promise<boolean>;
}
