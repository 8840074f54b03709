import type { Json } from '../../../kernel/json.ts';
import type { Ability, drawModes } from '../../config/index.ts';
import type { ModelInfo, Usage } from '../model-info.ts';

export type { Ability } from '../../config/index.ts';

/** US dollars, as providers publish them. One figure, in the unit by which the provider charges. */
export interface AbilityPrices {
  inputPerMillion?: number | undefined;
  perMinute?: number | undefined;
  perMillionCharacters?: number | undefined;
}

/** A model that does something other than hold conversations. */
export interface AbilityModel {
  /** `provider/model`. */
  id: string;
  provider: string;
  ability: Ability;
  /** False for what runs in this process or in a private network, which costs nothing unless the settings price it. */
  paid: boolean;
  /** Null where it is unknown. What draws is priced by the image: see the service `prices`. */
  prices: AbilityPrices | null;
  /** Where the price is from; `free` only for models that are not paid. */
  priceSource: 'settings' | 'catalogue' | 'free' | null;
  /** How long one call may take. */
  longestMs: number;
  /** True for what is built in. */
  demo: boolean;
  /** Of models that draw: what they take. */
  draws?: DrawAbilities;
  /** The chat model that draws by writing SVG. It is charged by that model's tokens. */
  writer?: ModelInfo;
  /** Of models that moderate: whether they judge images, too. Others judge texts only. */
  judgesImages?: boolean;
}

/**
 * What is done with a prompt and images.
 *
 * - `generate`: an image of the prompt alone.
 * - `edit`: the first input, changed as the prompt says; further inputs are to be used in it.
 * - `vary`: an image like the first input; `strength` says how far from it.
 * - `outpaint`: the first input with more around it, by `margins`.
 * - `inpaint`: the transparent part of the mask is drawn again.
 * - `erase`: what the mask marks is removed.
 * - `replace`: what `find` names is replaced by what the prompt says.
 * - `remove-background`: the first input with a transparent background.
 * - `upscale`: the first input with more pixels.
 */
export type DrawMode = (typeof drawModes)[number];

/** What a model that draws takes. What it does not take is refused before anything is reserved. */
export interface DrawAbilities {
  modes: readonly DrawMode[];
  /** `1024x1024`; undefined takes any. */
  sizes?: readonly string[];
  /** `16:9`; undefined takes any. */
  aspects?: readonly string[];
  /** Images of one call. */
  mostImages: number;
  /** Inputs of one call, the mask not counted. */
  mostInputs: number;
  /** Of each input; undefined takes what `services/generation` takes. */
  mostInputPixels?: number;
  promptCharacters: number;
  seed: boolean;
  /** A field of its own; other models are told in the prompt. */
  negativePrompt: boolean;
  strength: boolean;
  /** Names of styles, as the provider has them. */
  styles: readonly string[];
  /** How many unfinished images it can send. */
  previews: number;
  /** `margins`: it enlarges by itself. `mask`: it is given the enlarged image, and a mask of what is new. */
  outpaints?: 'margins' | 'mask';
  /** The part of a mask that is drawn again; undefined takes none. */
  mask?: 'transparent' | 'white';
  /** By how much it can enlarge. */
  upscales?: readonly number[];
}

export type ImageQuality = 'low' | 'medium' | 'high';

/** What a provider charges for, in the units that it counts. Units that don't matter to an ability are left out. */
export interface AbilityUsage {
  /** Of text that goes in; of models that draw, of images that go in, too. */
  tokens?: number;
  /** Of images that come out, where the provider counts them. */
  outputTokens?: number;
  /** Of audio that goes in or comes out. */
  seconds?: number;
  /** Of text to be spoken. */
  characters?: number;
  images?: { count: number; size?: string; quality?: ImageQuality };
  /** Of a chat model that writes the image. */
  text?: Omit<Usage, 'estimated'>;
  /** True when it was measured here, because the provider did not report it. */
  estimated: boolean;
}

export interface AbilityCall {
  model: AbilityModel;
  /** The most that the call can use: what is told when nobody knows what it used. */
  most: AbilityUsage;
  signal: AbortSignal;
  /**
   * Told what a call of a provider used, once for every call that was begun, however it ends; several are begun when one
   * key stands in for another. Must not throw.
   *
   * - The result is complete: what the provider reports, else what is known of the request and the result.
   * - The provider refuses, answers with an HTTP error or cannot be reached: nothing, unless it says that it charges.
   * - Whatever else ends the call (a timeout, an abort, a lost connection, a reader that leaves): `most`.
   */
  onUsage?: (usage: AbilityUsage, model: AbilityModel) => void;
}

export interface EmbedWork {
  texts: readonly string[];
  /** `query`: what is looked for; some models embed it otherwise than what is found. `document` by default. */
  purpose?: 'query' | 'document';
}

export interface Embeddings {
  /** One for each text, in order, all of length 1: their dot product is the cosine. */
  vectors: Float32Array[];
  dimensions: number;
  /** Vectors of two models cannot be compared: store it with them. */
  modelId: string;
}

export interface TranscribeWork {
  audio: Uint8Array;
  /** `audio/ogg`; the provider reads the format from the name that is made of it. */
  contentType: string;
  /** ISO 639-1, where it is known. */
  language?: string;
  /** Names and words that may be said. */
  hint?: string;
}

export interface Transcript {
  /** Trimmed; empty where nobody speaks. */
  text: string;
  /** As the provider names it: `en` or `english`. */
  language?: string;
  /** Of the audio; undefined where neither the provider nor the bytes tell. */
  seconds?: number;
  /** Empty where the model gives none. */
  segments: { startSeconds: number; endSeconds: number; text: string }[];
  modelId: string;
}

export type AudioFormat = 'mp3' | 'opus' | 'wav';

export interface SpeakWork {
  text: string;
  /** As the provider names it; its first by default. */
  voice?: string;
  /** `opus` by default, in an Ogg file: what Discord's voice messages are. */
  format?: AudioFormat;
  /** 0.25 to 4; 1 by default. */
  speed?: number;
  /** How it is to be said, for models that take it. */
  instructions?: string;
}

export interface Speech {
  bytes: Uint8Array;
  /** By the bytes, not by what the provider says. */
  contentType: string;
  /** Undefined where the bytes don't tell. */
  seconds?: number;
  modelId: string;
}

export interface ModerateWork {
  texts: readonly string[];
  /** PNG, JPEG, GIF or WebP. Only for models with `judgesImages`. */
  images?: readonly Uint8Array[];
}

/** What a text or an image may be objected to for. `other`: a category of the provider's that is none of these. */
export type ModerationCategory =
  'harassment' | 'hate' | 'illicit' | 'self-harm' | 'sexual' | 'sexual-minors' | 'violence' | 'other';

export interface Verdict {
  /** The provider's own judgement. */
  flagged: boolean;
  /** Of every category that the provider knows, the highest of its scores: 0 to 1. Scores of two models differ. */
  scores: Partial<Record<ModerationCategory, number>>;
  /** The categories that it flagged. */
  categories: ModerationCategory[];
}

export interface Moderation {
  /** One for each text, in order, then one for each image. */
  verdicts: Verdict[];
  modelId: string;
}

export interface DrawInput {
  bytes: Uint8Array;
  /** `mask`: says which part of the first image is drawn again, in the form of the model's `mask`. At most one. */
  role: 'image' | 'mask';
}

/** In pixels, each 0 or more. */
export interface Margins {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface DrawWork {
  /** `generate` without inputs and `edit` with them, unless given. */
  mode?: DrawMode;
  /** May be empty where the mode needs none: `upscale`, `erase`, `remove-background`, `outpaint`, `vary`. */
  prompt: string;
  /** How far the result may be from the first input: 0 to 1. */
  strength?: number;
  /** One of the model's styles. */
  style?: string;
  /**
   * Of `outpaint`: what is to be added around the first input. A model that outpaints by a mask gets the enlarged image in its
   * place, and the mask.
   */
  margins?: Margins;
  /** Of `replace`: what is to be found. */
  find?: string;
  /** Of `upscale`. */
  factor?: number;
  /** What is not to be seen. Models without such a setting are told in the prompt. */
  negativePrompt?: string;
  /** Images to change or to draw from; none draws from the prompt alone. */
  inputs?: readonly DrawInput[];
  /** `1024x1024`, or … */
  size?: string;
  /** … `16:9`, of which the model's nearest size is taken. Its own choice without either. */
  aspect?: string;
  /** 1 by default. */
  count?: number;
  /** The same seed and prompt give the same image, for models that have seeds. */
  seed?: number;
  quality?: ImageQuality;
  /** How many unfinished images are told on the way, at most 3; 0 by default. Models without them tell none. */
  previews?: number;
  /** Fields of the provider's own that are sent as they are. Never from people. */
  options?: Readonly<Record<string, Json>>;
  /** How long the call may take; the provider's `timeouts.totalMs` unless given. */
  timeoutMs?: number;
  /** Providers with webhooks report there; the others are asked again and again, as these are, less often, in case no report comes. */
  webhook?: DrawWebhook;
}

export interface DrawWebhook {
  /** Public. */
  url: string;
  /**
   * Calls `listener` when the provider reports on the work that it gave this id, and returns how to stop that. Reports only say
   * that there is something to ask for.
   */
  onReport(id: string, listener: () => void): () => void;
}

export interface DrawnImage {
  bytes: Uint8Array;
  /** By the bytes, not by what the provider says. */
  contentType: string;
  /** Undefined where the bytes don't tell. */
  width?: number;
  height?: number;
  seed?: number;
  /** What the model made of the prompt. */
  revisedPrompt?: string;
}

/**
 * How drawing ended. What it costs is in the usage that is told, since providers differ.
 *
 * - `done`: as many images as were asked for.
 * - `partial`: fewer, because the provider kept some back or failed on the way.
 * - `blurred`: the provider hid what it drew, and charges for it.
 * - `refused`: the provider does not draw this.
 * - `unusable`: a chat model wrote what cannot be shown, and charges for it.
 */
export type DrawOutcome = 'done' | 'partial' | 'blurred' | 'refused' | 'unusable';

export interface Drawing {
  outcome: DrawOutcome;
  /** None where it was refused or is unusable. */
  images: DrawnImage[];
  modelId: string;
}

export type DrawEvent =
  /** How an image looks so far. `index` counts the previews of an image. */
  | { type: 'preview'; image: DrawnImage; index: number }
  /** Last event of every stream that does not throw. */
  | ({ type: 'finish' } & Drawing);

export interface AbilityWork {
  embed: EmbedWork;
  transcribe: TranscribeWork;
  speak: SpeakWork;
  moderate: ModerateWork;
  draw: DrawWork;
}

export interface AbilityResults {
  embed: Embeddings;
  transcribe: Transcript;
  speak: Speech;
  moderate: Moderation;
  draw: Drawing;
}

/**
 * What models do beside conversations. Every call throws a VendorError with a ModelErrorCode, or the signal's reason when
 * that is aborted. Another key of the provider stands in for one that is refused; no other model does: a vector space, a
 * voice and a judgement belong to one model.
 */
export interface Abilities {
  /** The default first. Empty where no provider has it. */
  list(ability: Ability): AbilityModel[];
  /** By full id, or by the part after the slash when that is unambiguous. */
  find(ability: Ability, name: string): AbilityModel | undefined;
  /**
   * Of the settings, else the first of the providers, else what is built in to embed and to moderate. Undefined where there is
   * none, and where the settings name one that its provider cannot have: another is not what the owner chose.
   */
  defaultOf(ability: Ability): AbilityModel | undefined;
  embed(call: AbilityCall & EmbedWork): Promise<Embeddings>;
  transcribe(call: AbilityCall & TranscribeWork): Promise<Transcript>;
  speak(call: AbilityCall & SpeakWork): Promise<Speech>;
  moderate(call: AbilityCall & ModerateWork): Promise<Moderation>;
  /** To be read once. Ending the reading cancels it. */
  draw(call: AbilityCall & DrawWork): AsyncIterable<DrawEvent>;
  /**
   * With which the model's provider signs its reports to webhooks, one for each key, since keys may be of several accounts;
   * none for one that doesn't. Asks the provider, free of charge, and keeps the answers for an hour. Leaves out what it doesn't
   * tell for some keys; throws as every call does when it tells none. See `isSignedReport`.
   */
  reportSecrets(model: AbilityModel, signal: AbortSignal): Promise<readonly string[]>;
  /** An upper bound of what a model counts for these texts and images, with all that is put around them. Never rejects. */
  maxTokens(model: AbilityModel, work: EmbedWork | ModerateWork): Promise<number>;
  /** The most that the chat model behind a model that draws can use; undefined for other models. Never rejects. */
  maxText(model: AbilityModel, work: DrawWork): Promise<AbilityUsage['text']>;
}
