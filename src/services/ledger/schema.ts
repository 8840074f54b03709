import type { GeneratedAlways, JSONColumnType } from 'kysely';
import type { JsonObject } from '../../kernel/json.ts';
import type { HoldKind } from './hold-record.ts';
import type { Window } from './holders.ts';
import type { Amounts, HoldState, Terms, Unit } from './port.ts';

export type Source = 'pool' | 'allowance' | 'savings' | 'overrun';

export interface LedgerMeterTable {
  holder: string;
  unit: Unit;
  source: Source;
  /** A `date`, which pg turns into a Date: select it as text. */
  day: Date;
  spent: number;
  held: number;
  admitted: number;
}

export interface LedgerSavingsTable {
  user_id: string;
  unit: Unit;
  granted: number;
  spent: number;
  held: number;
}

export interface LedgerHoldTable {
  key: string;
  request: string;
  step: string;
  attempt: number;
  kind: HoldKind;
  payer_id: string;
  guild_id: string | null;
  channel_id: string | null;
  terms: JSONColumnType<Terms>;
  locks: string[];
  windows: JSONColumnType<Window[]>;
  state: HoldState;
  day: Date;
  held: JSONColumnType<Amounts>;
  held_savings: JSONColumnType<Amounts>;
  charged: JSONColumnType<Amounts>;
  from_savings: JSONColumnType<Amounts>;
  refunded: JSONColumnType<Amounts>;
  on_instance: JSONColumnType<Amounts>;
  facts: JSONColumnType<JsonObject>;
  created_at_ms: number;
  ended_at_ms: number | null;
  expires_at_ms: number;
}

export interface LedgerTransactionTable {
  id: GeneratedAlways<number>;
  key: string;
  kind: 'settle' | 'lose' | 'refund' | 'grant' | 'forget';
  hold_key: string | null;
  payer_id: string;
  guild_id: string | null;
  channel_id: string | null;
  day: Date;
  actor_id: string | null;
  reason: string | null;
  at_ms: number;
}

export interface LedgerEntryTable {
  transaction_id: number;
  account: string;
  unit: Unit;
  amount: number;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    ledger_meter: LedgerMeterTable;
    ledger_savings: LedgerSavingsTable;
    ledger_hold: LedgerHoldTable;
    ledger_transaction: LedgerTransactionTable;
    ledger_entry: LedgerEntryTable;
  }
}
