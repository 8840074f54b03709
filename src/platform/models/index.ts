export { priceLine } from './catalogue.ts';
export { createModels } from './create.ts';
export { imagePriceUsd } from './image-catalogue.ts';
export { remoteHost } from './remote.ts';
export type {
  ChatEvent,
  ChatMessage,
  ChatRequest,
  ContentPart,
  FinishReason,
  ModelErrorCode,
  ModelInfo,
  ModelNews,
  ModelPrices,
  Models,
  PictureLimits,
  PictureSize,
  ProviderStatus,
  Usage,
} from './port.ts';
