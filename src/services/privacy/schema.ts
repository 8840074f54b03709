import type { ColumnType } from 'kysely';
import type { Period } from '../../kernel/calendar.ts';
import type { Unit } from '../ledger/index.ts';

export interface PrivacyUnreadTable {
  person_hash: string;
}

/** What was used of a unit in a period that ends at `untilMs`. */
export interface PastUse {
  unit: Unit;
  period: Period;
  amount: number;
  untilMs: number;
}

export interface PrivacyForgottenTable {
  person_hash: string;
  at_ms: number;
  used: ColumnType<PastUse[], string, string>;
  until_ms: number;
}

export interface PrivacyReceiptTable {
  receipt_hash: string;
  at_ms: number;
  rows_forgotten: number;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    privacy_unread: PrivacyUnreadTable;
    privacy_forgotten: PrivacyForgottenTable;
    privacy_receipt: PrivacyReceiptTable;
  }
}
