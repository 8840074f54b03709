/**
 * Every table of the instance. Each folder that owns tables adds its row types in its `schema.ts` by declaration
 * merging: `declare module '…/platform/postgres/database.ts' { interface Database { chat_turn: ChatTurnTable } }`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface Database {}
