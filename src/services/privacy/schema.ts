import type { ColumnType } from 'kysely';
import type { Period } from '../../kernel/calendar.ts';
import type { Unit } from '../ledger/index.ts';

export interface PrivacyReadOptOutTable {
  person_hash: string;
}

/** Use of a unit in a period that ends at `untilMs`. */
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
    privacy_read_opt_out: PrivacyReadOptOutTable;
    privacy_forgotten: PrivacyForgottenTable;
    privacy_receipt: PrivacyReceiptTable;
  }
}
