/** Billing: see `port.ts` for what it promises. */
import { join } from 'node:path';
import { sql } from 'kysely';
import { UserError } from '../../kernel/errors.ts';
import type { MigrationSource } from '../../platform/postgres/index.ts';
import type { AccessPlace } from '../access/index.ts';
import type { ModelInfo } from '../../platform/models/index.ts';
import { admit } from './admission.ts';
import { callModel, chargeFor, holdWork, readAdmitted } from './calls.ts';
import { writeOff } from './endings.ts';
import { followUpOf } from './follow-ups.ts';
import type { SpendingOptions } from './options.ts';
import type { Admitted, Explanation, Spending } from './port.ts';
import { poolsAt } from './terms.ts';
import type { AdmissionFacts } from './terms.ts';
import './schema.ts';

export type * from './port.ts';
export { followUpOf } from './follow-ups.ts';
export { createSpendingOff } from './off.ts';
export type { SpendingOptions } from './options.ts';

export const spendingMigrations: MigrationSource = {
  name: 'spending',
  folder: join(import.meta.dirname, 'migrations'),
};

export function createSpending(options: SpendingOptions): Spending {
  const { db, ledger } = options;
  return {
    admit: (tx, request) => admit(options, tx, request),
    admitted: (request) => {
      const reading = readAdmitted(options, request);
      // Whoever asked for it may end before it is needed.
      reading.catch(() => {});
      return reading;
    },
    call: (call) => callModel(options, call),
    hold: (work) => holdWork(options, work),
    rolesOf: async (request) => {
      const { admission } = await admittedOf(options, request);
      return (admission.facts as Partial<AdmissionFacts>).roles ?? [];
    },
    allowancesOf: async (request) => (await admittedOf(options, request)).admission.terms.allowances,
    charge: (of, work) => chargeFor(options, of, work),
    finish: (request) => ledger.dismiss(request),
    recover: async (request) => void (await ledger.recover(request)),
    writeOff: (request) => writeOff(options, request),
    shown: (request, messageIds) => noteShown(db, typeof request === 'string' ? [request] : request, messageIds),
    explain: (messageId) => explain(options, messageId),
    forgetUser: async (tx, userId) => {
      const requests = await ledger.requestsOf(tx, userId);
      const { numDeletedRows } = await tx
        .deleteFrom('spending_message')
        .where(sql<boolean>`request = ANY (${requests}::text[])`)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    modelFor: (model, place) => modelFor(options, model, place),
  };
}

const admittedOf = (options: SpendingOptions, request: string | Promise<Admitted>): Promise<Admitted> =>
  typeof request === 'string' ? readAdmitted(options, request) : request;

/** Of these messages, other requests are not shown any more. */
async function noteShown(
  db: SpendingOptions['db'],
  requests: readonly string[],
  messageIds: readonly string[],
): Promise<void> {
  if (messageIds.length === 0 || requests.length === 0) return;
  await db
    .with('gone', (query) =>
      query
        .deleteFrom('spending_message')
        .where('message_id', 'in', [...messageIds])
        .where('request', 'not in', [...requests]),
    )
    .insertInto('spending_message')
    .values(messageIds.flatMap((id) => requests.map((request) => ({ message_id: id, request }))))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function explain(options: SpendingOptions, messageId: string): Promise<Explanation | undefined> {
  const { db, ledger } = options;
  const rows = await db.selectFrom('spending_message').select('request').where('message_id', '=', messageId).execute();
  const followUps = options.followUps();
  const requests = rows.map(({ request }) => request);
  const all = requests.flatMap((request) => [request, ...followUps.map((followUp) => followUpOf(request, followUp))]);
  const found = (await Promise.all(all.map((request) => ledger.holds(request)))).flat();
  // Of one request, what followed it stays behind it.
  const holds = requests.length > 1 ? found.toSorted((a, b) => a.createdAtMs - b.createdAtMs) : found;
  const [first] = holds;
  const [request] = requests;
  if (!first || request === undefined) return undefined;
  const { payerId, guildId, channelId } = first.terms;
  const { roles = [], rules = [] } = first.facts as { roles?: string[]; rules?: string[] };
  const wasAsked = holds.some(({ step }) => step !== 'admission');
  const refusal = wasAsked ? undefined : await refusalOf(options, request, payerId);
  return { request, payerId, guildId, channelId, roles, rules, holds, refusal };
}

async function refusalOf({ audit }: SpendingOptions, request: string, payerId: string): Promise<UserError | undefined> {
  const [entry] = await audit.find({ actorId: payerId, outcome: 'refused', request, limit: 1 });
  if (!entry) return undefined;
  const { request: _, ...data } = entry.details as Record<string, string | number>;
  // As `refusals.ts` chooses the text.
  return new UserError(entry.reason, 'refused', { ...data, ...('left' in data && { context: 'left' }) });
}

/** Free models stay: there is nothing to save. */
async function modelFor(options: SpendingOptions, model: ModelInfo, place: AccessPlace): Promise<ModelInfo> {
  const { budgets, ledger, models, prices } = options;
  const { downgrade } = budgets;
  const cheaper = downgrade && models.find(downgrade.model);
  if (!cheaper || cheaper.id === model.id) return model;
  const [now, then] = [prices.ofModel(model), prices.ofModel(cheaper)];
  if (!now || !then || prices.worst(then.prices, 1000, 1000) >= prices.worst(now.prices, 1000, 1000)) return model;
  const pools = budgets.asLimits(budgets.pools(poolsAt(options, place)));
  if (pools.length === 0) return model;
  const levels = await ledger.levels(pools);
  return levels.some(({ limit, spent, held }) => spent + held >= limit.cap * downgrade.at) ? cheaper : model;
}
