/** The only door through which features see the rest of the bot. */
export { defineApi } from './api.ts';
export type { FeatureApi } from './api.ts';
export { channelAround, isListed, isThread, maySpeak } from './channels.ts';
export { attachedFile, isSpoilerAttachment, isSpoilerName } from './attachment.ts';
export type { AttachedFile } from './attachment.ts';
export {
  actOf,
  callableCommands,
  commandTextKey,
  cooldownRate,
  defineCommand,
  defineSubcommand,
  mayReadBack,
} from './command.ts';
export type {
  Call,
  Command,
  CommandCall,
  CommandFile,
  CommandPlace,
  CommandRules,
  CommandWithSubcommands,
  DeclaredCommand,
  OptionSpec,
  OptionSpecs,
  OptionValue,
  OptionValues,
  Subcommand,
  SubcommandGroup,
  SuggestCall,
  UseLimit,
} from './command.ts';
export { customId, parseCustomId } from './component.ts';
export type { ComponentCall, ComponentHandler, ComponentRight, ParsedCustomId } from './component.ts';
export type {
  CommandInfo,
  Extension,
  ExtensionKind,
  FeatureContext,
  FeatureJob,
  FeatureSettings,
  GuildEntry,
  Place,
} from './context.ts';
export { defineTool, precedence } from './conversation.ts';
export type {
  AddedFiles,
  AnswerFile,
  AnswerStep,
  AskOption,
  ChangedAnswer,
  ConversationParts,
  HistoryFill,
  PendingTurn,
  Precedence,
  PromptPiece,
  PromptSource,
  ShownAnswer,
  Speaker,
  SpeakerSource,
  StepRun,
  Tool,
  ToolDefinition,
  ToolResult,
  ToolRun,
  Turn,
  TurnFile,
  TurnSetting,
  TurnToSpeak,
  WrittenAnswer,
} from './conversation.ts';
export { emoji, reactionName } from './emoji.ts';
export type { Signals } from './signals.ts';
export type { EventEmitter, EventSubscriptions, FeatureEvents } from './event.ts';
export { claimOrder, defineFeature } from './feature.ts';
export type {
  ClaimPlace,
  ContextOf,
  EventListeners,
  FeatureDefinition,
  FeatureParts,
  IntentName,
  MessageClaim,
  SettingsSchema,
} from './feature.ts';
export { defineJob } from './job.ts';
export { explainedBy } from './said.ts';
export { markMessage } from './marks.ts';
export type { Mark, MarkEmojis } from './marks.ts';
export { defineMessageCommand } from './message-command.ts';
export type { MessageCommand, MessageCommandCall } from './message-command.ts';
export { defineFileRoute, defineRawRoute, defineRoute, FileAnswer, RouteError } from './route.ts';
export type { Route, RouteDefinition, RouteRequest } from './route.ts';
export type { Schedule, ScheduleRun } from './schedule.ts';
export { durationUnits, tightened } from './setting.ts';
export type {
  ChangedBy,
  DurationUnit,
  FeatureConfig,
  SettingField,
  SettingKind,
  SettingSource,
  SettingValue,
} from './setting.ts';
export { matchesPattern, mayUse } from '../services/access/index.ts';
export type {
  Access,
  AccessPlace,
  AccessService,
  Caller,
  EveryonesFree,
  Figure,
  FigureName,
  Policy,
} from '../services/access/index.ts';
export type { Audit, AuditEntry } from '../services/audit/index.ts';
export type { Budget, Budgets, BudgetScope, BudgetSetter, Pause } from '../services/budgets/index.ts';
export { worksWithoutWords } from '../services/generation/index.ts';
export type {
  AbilityRequest,
  GeneratedText,
  Generation,
  GenerationRequest,
  Generations,
  Keep,
  PaidRequest,
  Quote,
  ReservedCall,
  ReservedDrawing,
} from '../services/generation/index.ts';
export { overrunOf, units } from '../services/ledger/index.ts';
export type {
  Amounts,
  Balance,
  DayOfUse,
  Hold,
  Holder,
  Ledger,
  Level,
  Limit,
  MoneyMovement,
  Allowance,
  Unit,
} from '../services/ledger/index.ts';
export type { Limits, Rate } from '../services/limits/index.ts';
export type { Priced, Prices } from '../services/prices/index.ts';
export { guildIn } from '../services/privacy/index.ts';
export type { StoredCount as Amount, Expiry, Privacy, Receipt } from '../services/privacy/index.ts';
export { followUpOf } from '../services/spending/index.ts';
export type {
  Admitted,
  Explanation,
  HeldWork,
  Notice,
  PaidCall,
  Spending,
  Use,
  Work,
  WorkUse,
} from '../services/spending/index.ts';
export { isOwn, isVisit, replyLine, withoutReplyLine } from '../platform/discord/index.ts';
export type {
  DiscordActions,
  DiscordCache,
  LiveMessage,
  LivePart,
  OutgoingFile,
  OutgoingMessage,
  SpokenOptions,
} from '../platform/discord/index.ts';
export { drawModes } from '../platform/config/index.ts';
export type { FeatureFiles, FileOwner, NewFile, StoredFile } from '../platform/files/index.ts';
export type {
  BarChart,
  EnlargedImage,
  FinishedImage,
  GifOptions,
  ImageInfo,
  ImageNote,
  ImageWork,
  MadeAnimation,
  MadeImage,
  ZoomStep,
} from '../platform/media/index.ts';
export {
  assistantMessage,
  isPicture,
  isSignedReport,
  pictureSizeOf,
  picturePart,
  systemMessage,
  textOf,
  textPart,
  userMessage,
} from '../platform/models/index.ts';
export type {
  Abilities,
  Ability,
  AbilityModel,
  AbilityResults,
  AbilityWork,
  AudioFormat,
  ChatEvent,
  ContentPart,
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
  ModelInfo,
  ModelMessage,
  Models,
  ToolCallEvent,
  ToolChoice,
  ToolDeclaration,
  Usage,
} from '../platform/models/index.ts';
export type { Db, Tx } from '../platform/postgres/index.ts';
export type { InLine, JobRun, KeyedResult, KeyMode } from '../platform/queue/index.ts';
export type { Vault, VaultReader } from '../platform/secrets/index.ts';
export type { Web, WebRequest, WebResponse } from '../platform/web/index.ts';
export type { Texts, Translate } from '../platform/texts/index.ts';
