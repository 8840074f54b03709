export interface SpendingMessageTable {
  message_id: string;
  request: string;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    spending_message: SpendingMessageTable;
  }
}
