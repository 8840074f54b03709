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
