import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VendorError } from '../../kernel/errors.ts';
import { systemIds } from '../../kernel/ids.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { CommandCall, OutgoingMessage } from '../../sdk/index.ts';
import { auditMigrations, createAudit } from '../../services/audit/index.ts';
import type { Audit } from '../../services/audit/index.ts';
import { createLedger, ledgerMigrations } from '../../services/ledger/index.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { give } from './grants.ts';
import type { MoneyContext } from './money.ts';

const clock = createManualClock(Date.UTC(2026, 10, 21, 12));
const t = (key: string, data?: Record<string, string | number>) => [key, ...Object.values(data ?? {})].join(' ');

let database: TestDatabase;
let audit: Audit;
let context: MoneyContext;
let directMessages: string[];
let reachable = true;
beforeAll(async () => {
  database = await testDatabase({ migrations: [ledgerMigrations, auditMigrations] });
  const { postgres } = database;
  audit = createAudit({ postgres, clock, logger: silentLogger });
  directMessages = [];
  context = {
    money: { ledger: createLedger({ postgres, clock, ids: systemIds, logger: silentLogger }) },
    audit,
    logger: silentLogger,
    texts: { in: () => t, has: () => true },
    transaction: (run: Parameters<MoneyContext['transaction']>[0]) => postgres.transaction(run),
    discord: {
      self: { userId: '8' },
      actions: {
        openDm: (userId: string) =>
          reachable
            ? Promise.resolve(`dm-${userId}`)
            : Promise.reject(new VendorError('discord/50007', 'cannot send', { retryable: false })),
        send: (_channelId: string, { content }: OutgoingMessage) => Promise.resolve(directMessages.push(content ?? '')),
      },
    },
  } as unknown as MoneyContext;
});
afterAll(async () => {
  await audit.close();
  await database.close();
});

/** What the giver reads. */
async function gives(calledId: string, userId: string, amount: number): Promise<string> {
  let answer = '';
  const call = {
    caller: { userId: '9', displayName: 'Milo' },
    ...{ calledId, guildId: null, channelId: '5', t },
    reply: ({ content, embeds }: OutgoingMessage) => {
      answer = content ?? embeds?.[0]?.description ?? '';
      return Promise.resolve();
    },
  } as unknown as CommandCall<unknown>;
  await give(context, call, { userId, unit: 'micros', amount, reason: 'thanks' });
  return answer;
}

describe('a grant', () => {
  it('happens once per call, however often Discord delivers it', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => gives('100', '1', 5_000_000)));
    expect(answers.filter((answer) => answer.startsWith('grant.micros.given'))).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'grant.repeated')).toHaveLength(2);
    expect(directMessages).toEqual(['grant.micros.told $5.00 $5.00\ngrant.reason thanks']);
    expect(await audit.find({ targetId: '1' })).toMatchObject([
      { actorId: '9', action: 'grant', outcome: 'done', details: { before: 0, after: 5_000_000 } },
    ]);
    expect(await context.money.ledger.verify()).toEqual([]);
  });

  it('removes no more than there is, and then records nothing', async () => {
    await gives('200', '2', 1_000_000);
    await expect(gives('201', '2', -1_000_001)).rejects.toMatchObject({
      code: 'grant.too-little',
      data: { most: '$1.00' },
    });
    expect(await audit.find({ targetId: '2' })).toHaveLength(1);
    expect(await gives('202', '2', -1_000_000)).toBe('grant.micros.taken 2 $1.00\ngrant.change $1.00 $0.00');
  });

  it('works when the receiver accepts no direct messages', async () => {
    reachable = false;
    expect(await gives('300', '3', 1_000_000)).toContain('grant.untold');
    expect(await audit.find({ targetId: '3' })).toHaveLength(1);
  });

  it('of nothing is refused', async () => {
    await expect(gives('400', '4', 0)).rejects.toMatchObject({ code: 'nothing-to-grant' });
  });
});
