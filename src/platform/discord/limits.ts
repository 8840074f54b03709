/** Limits that Discord documents and refuses to exceed. Lengths are in UTF-16 units, sizes in bytes, times in ms. */
export const discordLimits = {
  messageLength: 2000,
  embedsPerMessage: 10,
  /** Of all texts of all embeds of a message. */
  embedTotalLength: 6000,
  embedTitleLength: 256,
  embedDescriptionLength: 4096,
  embedFields: 25,
  embedFieldNameLength: 256,
  embedFieldValueLength: 1024,
  embedFooterLength: 2048,
  embedAuthorLength: 256,
  customIdLength: 100,
  actionRows: 5,
  buttonsPerRow: 5,
  buttonLabelLength: 80,
  selectOptions: 25,
  selectOptionLabelLength: 100,
  modalTitleLength: 45,
  modalInputs: 5,
  textInputLength: 4000,
  commandNameLength: 32,
  commandDescriptionLength: 100,
  commandOptions: 25,
  commandChoices: 25,
  /** Of all names, descriptions and choices of one command. */
  commandCharacters: 8000,
  globalCommands: 100,
  /** Raised from 5 by Discord on 3 March 2026. */
  globalMessageCommands: 15,
  autocompleteChoices: 25,
  choiceNameLength: 100,
  threadNameLength: 100,
  filesPerMessage: 10,
  fileDescriptionLength: 1024,
  /** Per file, unless the guild's boosts or an interaction's `attachment_size_limit` say more. */
  fileSizeBytes: 10 * 1024 * 1024,
  /** Per file, by the guild's level of boosts. */
  boostedFileSizeBytes: [10, 10, 50, 100].map((mebibytes) => mebibytes * 1024 * 1024),
  reactionsPerMessage: 20,
  auditReasonLength: 512,
  /** Older ones are deleted one by one. */
  bulkDeleteAgeMs: 14 * 24 * 60 * 60 * 1000,
  bulkDeleteMessages: 100,
  bulkBanUsers: 200,
  timeoutMs: 28 * 24 * 60 * 60 * 1000,
  pingsPerMessage: 100,
  messagesPerFetch: 100,
  /** Until which an interaction must have its first answer. */
  interactionAnswerMs: 3000,
  /** How long an interaction can be followed up. */
  interactionTokenMs: 15 * 60 * 1000,
  requestsPerSecond: 50,
  /** Of answers 401, 403 and 429, after which Discord shuts the address out. */
  invalidRequestsPerTenMinutes: 10_000,
  /** Creations and edits of messages, together, in one channel within `channelWindowMs`. */
  channelWrites: 5,
  channelWindowMs: 5000,
  /** How long the typing indicator stays. */
  typingMs: 10_000,
} as const;
