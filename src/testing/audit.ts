import { systemClock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { createAudit } from '../services/audit/index.ts';
import type { AuditEntry, AuditQuery, RecordedEntry } from '../services/audit/index.ts';
import type { TestBot } from './bot.ts';

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

/** What `familiar audit` finds, oldest first. A refusal may be written some time after it was told. */
export async function recorded(
  { database: { postgres } }: Pick<TestBot, 'database'>,
  query: AuditQuery,
): Promise<RecordedEntry[]> {
  const audit = createAudit({ postgres, clock: systemClock, logger: silentLogger });
  const entries = await audit.find(query);
  await audit.close();
  return entries.toReversed();
}
