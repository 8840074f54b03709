import type { APIMessage } from 'discord-api-types/v10';
import { expect, vi } from 'vitest';
import type { Person } from '../../emulator/testing/person.ts';
import type { Clock } from '../kernel/clock.ts';
import { systemIds, uuidFromName } from '../kernel/ids.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { createAudit } from '../services/audit/index.ts';
import type { RecordedEntry } from '../services/audit/index.ts';
import { createLedger } from '../services/ledger/index.ts';
import type { Hold, Ledger } from '../services/ledger/index.ts';
import { followUpOf } from '../services/spending/index.ts';
import type { TestBot } from './bot.ts';

/** A test bot's billing, read like another process would. */
export interface TestBilling {
  readonly ledger: Ledger;
  /** The calls held for the answer to a question, without its place in line; `tries` counts Retry. */
  calls(question: APIMessage, tries?: number): Promise<Hold[]>;
  /** The calls held for what followed its first try. */
  callsAfter(question: APIMessage, followUp: 'title' | 'summary'): Promise<Hold[]>;
  /** Every call held at a person's expense, oldest first. */
  callsOf(person: Person): Promise<Hold[]>;
  /** Micro-dollars that a person paid today, and from what. */
  paid(person: Person): Promise<{ free: number; credits: number }>;
  /** Adds to a person's credits. */
  grant(person: Person, micros: number): Promise<void>;
  /** The refusal of the asker of this question with this reason; waits until it is written. */
  refusal(question: APIMessage, reason: string): Promise<RecordedEntry>;
  /** Fails unless the accounts equal their entries and no call is held. */
  balances(): Promise<void>;
  close(): Promise<void>;
}

/** Every admission and call that is held. */
export const openHolds = ({ db }: Pick<Postgres, 'db'>) =>
  db.selectFrom('ledger_hold').select(['key', 'kind', 'state']).where('state', '=', 'open').execute();

/** The request of an answer in the ledger. */
const requestOf = ({ id }: Pick<APIMessage, 'id'>, tries = 0): string =>
  `chat/answer/${uuidFromName(`chat/answer/${id}`)}/${tries}`;

export function openBilling(bot: Pick<TestBot, 'database'>, clock: Clock): TestBilling {
  const { postgres } = bot.database;
  const ledger = createLedger({ postgres, clock, ids: systemIds, logger: silentLogger });
  const audit = createAudit({ postgres, clock, logger: silentLogger });
  return {
    ledger,
    calls: async (question, tries = 0) => {
      const holds = await ledger.holds(requestOf(question, tries));
      return holds.filter(({ step }) => step !== 'admission');
    },
    callsAfter: (question, followUp) => ledger.holds(followUpOf(requestOf(question), followUp)),
    callsOf: async ({ user }) => {
      const requests = await ledger.requestsOf(postgres.db, user.id);
      const holds = (await Promise.all(requests.map((request) => ledger.holds(request)))).flat();
      const calls = holds.filter(({ step }) => step !== 'admission');
      return calls.toSorted((one, other) => one.createdAtMs - other.createdAtMs);
    },
    paid: async ({ user }) => {
      const allowance = { unit: 'micros', period: 'day', amount: 0, rule: 'test' } as const;
      const [balance] = await ledger.balances(user.id, [allowance]);
      return { free: balance?.spent ?? 0, credits: balance?.savings.spent ?? 0 };
    },
    grant: async ({ user }, micros) => {
      const grant = { key: systemIds.uuid(), userId: user.id, unit: 'micros', amount: micros } as const;
      await ledger.grant(postgres.db, { ...grant, actorId: 'test', reason: 'test' });
    },
    refusal: ({ author, channel_id: channelId }, reason) =>
      vi.waitFor(
        async () => {
          const found = await audit.find({ actorId: author.id, outcome: 'refused' });
          const entry = found.find((one) => one.reason === reason && one.channelId === channelId);
          if (!entry) throw new Error(`No refusal ${reason}, but ${JSON.stringify(found.map((one) => one.reason))}.`);
          return entry;
        },
        { timeout: 5000 },
      ),
    balances: async () => {
      expect(await ledger.verify()).toEqual([]);
      expect(await openHolds(postgres)).toEqual([]);
    },
    close: () => audit.close(),
  };
}
