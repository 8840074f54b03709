import type { JsonObject } from '../../kernel/json.ts';
import { thresholdWindows } from './endings.ts';
import type { HoldKind, HoldRecord } from './hold-record.ts';
import { lockNames } from './holders.ts';
import type { Amounts, HoldState, Terms } from './port.ts';

/** A row of ledger_hold as statements read it, without the columns that repeat the terms. */
export interface HoldRow {
  key: string;
  request: string;
  step: string;
  attempt: number;
  kind: HoldKind;
  terms: Terms;
  state: HoldState;
  day: string;
  held: Amounts;
  held_savings: Amounts;
  charged: Amounts;
  from_savings: Amounts;
  refunded: Amounts;
  on_instance: Amounts;
  facts: JsonObject;
  created_at_ms: number;
  ended_at_ms: number | null;
  expires_at_ms: number;
}

export function recordOf(row: HoldRow): HoldRecord {
  const { key, request, step, attempt, kind, terms, state, day, held, charged, refunded, facts } = row;
  return {
    ...{ key, request, step, attempt, kind, terms, state, day, held, charged, refunded, facts },
    heldSavings: row.held_savings,
    fromSavings: row.from_savings,
    onInstance: row.on_instance,
    createdAtMs: row.created_at_ms,
    endedAtMs: row.ended_at_ms,
    expiresAtMs: row.expires_at_ms,
  };
}

export function rowOf(record: HoldRecord): HoldRow & Record<string, unknown> {
  const { key, request, step, attempt, kind, terms, state, day, held, charged, refunded, facts } = record;
  return {
    ...{ key, request, step, attempt, kind, terms, state, day, held, charged, refunded, facts },
    payer_id: terms.payerId,
    guild_id: terms.guildId,
    channel_id: terms.channelId,
    locks: lockNames(terms, held),
    windows: thresholdWindows(record).map(({ window }) => window),
    held_savings: record.heldSavings,
    from_savings: record.fromSavings,
    on_instance: record.onInstance,
    created_at_ms: record.createdAtMs,
    ended_at_ms: record.endedAtMs,
    expires_at_ms: record.expiresAtMs,
  };
}
