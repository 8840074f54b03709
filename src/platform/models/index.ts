export { priceLine } from './catalogue.ts';
export { createModels } from './create.ts';
export { imagePriceUsd } from './image-catalogue.ts';
export {
  assistantMessage,
  isPicture,
  pictureSizeOf,
  picturePart,
  systemMessage,
  textOf,
  textPart,
  userMessage,
} from './messages.ts';
export type { ContentPart, ModelMessage, PictureSize, ToolDeclaration } from './messages.ts';
export { remoteHost } from './remote.ts';
export type {
  ChatEvent,
  ChatRequest,
  FinishReason,
  ModelErrorCode,
  ModelInfo,
  ModelNews,
  ModelPrices,
  Models,
  PictureLimits,
  ProviderStatus,
  ToolCallEvent,
  ToolChoice,
  Usage,
} from './port.ts';
export { TokenCounter } from './tokens.ts';
export { LEAST_BYTES_PER_SECOND, soundOf } from './abilities/audio.ts';
export { imageOf } from './abilities/image.ts';
export { charactersOf } from './abilities/speak.ts';
export { abilityPriceLine } from './abilities/catalogue.ts';
export { isSignedReport } from './abilities/draw/webhook.ts';
export type { SignedReport } from './abilities/draw/webhook.ts';
export type { Painter } from './abilities/draw/demo.ts';
export type {
  Abilities,
  Ability,
  AbilityCall,
  AbilityModel,
  AbilityPrices,
  AbilityResults,
  AbilityUsage,
  AbilityWork,
  AudioFormat,
  DrawAbilities,
  DrawEvent,
  Drawing,
  DrawInput,
  DrawMode,
  DrawnImage,
  DrawOutcome,
  DrawWebhook,
  DrawWork,
  Embeddings,
  EmbedWork,
  ImageQuality,
  Margins,
  ModerateWork,
  Moderation,
  ModerationCategory,
  SpeakWork,
  Speech,
  Transcript,
  TranscribeWork,
  Verdict,
} from './abilities/port.ts';
