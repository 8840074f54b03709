import type { AuditEntry } from '../services/audit/index.ts';

/** An act for tests. */
export const grant: AuditEntry = {
  actorId: '1',
  action: 'grant',
  outcome: 'done',
  targetId: '2',
  guildId: '100',
  channelId: '200',
  reason: 'won the contest',
  details: { unit: 'micros', amount: 500_000, before: 0, after: 500_000 },
};
