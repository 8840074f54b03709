import { sql } from 'kysely';
import { systemClock } from '../kernel/clock.ts';
import { systemIds } from '../kernel/ids.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { RUNS_AFTER_LOSS, WORKER_LOST } from '../platform/queue/rules.ts';
import { createLedger } from '../services/ledger/index.ts';
import type { Hold, Ledger } from '../services/ledger/index.ts';
import { answersTo } from './kill-questions.ts';
import type { Question } from './kill-questions.ts';
import type { KillStage } from './kill-stage.ts';
import { isExact, isSummary, usage } from './kill-stage.ts';
import { checkSummaries } from './kill-summaries.ts';
import type { SummaryBill } from './kill-summaries.ts';

/** No hold may stay open longer, whatever happened to its process. */
const LONGEST_HOLD_MS = 60 * 60 * 1000;

/** What a round cost, and whom. */
export interface Bill {
  answers: number;
  /** Answers that their askers paid for. */
  charges: number;
  /** Uncharged answers: the bot died after storing and before charging them. */
  gifts: number;
  /** Summaries after answers, and how many were charged. */
  summaries: number;
  summaryCharges: number;
  /** Calls cut off by a crash, and their cost to the instance. */
  lostCalls: number;
  lostMicros: number;
}

/**
 * Makes the database record the highest sum of spent and held of the instance over all committed transactions; polling
 * would miss it.
 */
export async function watchInstance({ db }: Postgres): Promise<void> {
  await sql`CREATE SCHEMA watch`.execute(db);
  await sql`CREATE TABLE watch.peak (day date PRIMARY KEY, micros bigint NOT NULL)`.execute(db);
  await sql`
    CREATE FUNCTION watch.remember() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO watch.peak VALUES (NEW.day, NEW.spent + NEW.held)
        ON CONFLICT (day) DO UPDATE SET micros = greatest(peak.micros, excluded.micros);
      RETURN NULL;
    END
    $$
  `.execute(db);
  await sql`
    CREATE TRIGGER remember_peak AFTER INSERT OR UPDATE ON ledger_meter FOR EACH ROW
      WHEN (NEW.holder = 'instance' AND NEW.unit = 'micros') EXECUTE FUNCTION watch.remember()
  `.execute(db);
}

/** Resets the record. */
export async function watchAnew({ db }: Postgres): Promise<void> {
  await sql`DELETE FROM watch.peak`.execute(db);
}

/** What the instance has spent and holds today. */
export async function usedMicros({ db }: Postgres): Promise<number> {
  const { rows } = await sql<{ micros: number }>`
    SELECT coalesce(sum(spent + held), 0)::bigint AS micros FROM ledger_meter
    WHERE holder = 'instance' AND unit = 'micros' AND day = (now() AT TIME ZONE 'UTC')::date
  `.execute(db);
  return rows[0]?.micros ?? 0;
}

/** The highest sum of spent and held on a day since the watch began. */
export async function peakMicros({ db }: Postgres): Promise<number> {
  const { rows } = await sql<{ micros: number }>`SELECT max(micros)::bigint AS micros FROM watch.peak`.execute(db);
  return rows[0]?.micros ?? 0;
}

/** Checks every guarantee about money after a crash. Throws an Error that lists the violations. */
export async function checkMoney(
  stage: KillStage,
  questions: readonly Question[],
  { crashes, refusable }: { crashes: number; refusable: boolean },
): Promise<Bill> {
  return stage.look(async (postgres) => {
    const nowMs = Date.now();
    const clock = { ...systemClock, now: () => nowMs };
    const ledger = createLedger({ postgres, clock, ids: systemIds, logger: silentLogger });
    const amiss: string[] = [];
    const holds = await Promise.all(questions.map((question) => ledger.holds(question.request)));
    for (const [index, question] of questions.entries()) {
      amiss.push(...(await requestAmiss(stage, postgres, question, holds[index] ?? [], crashes)));
    }
    for (const [authorId, own] of Map.groupBy(questions, (question) => question.authorId)) {
      const [first] = own;
      const terms = first && (await ledger.holds(first.request))[0]?.terms;
      if (terms) amiss.push(...(await allowanceAmiss(postgres, ledger, authorId, terms.allowances)));
    }
    // Where money runs out, it may run out for all of them.
    const whole = !refusable && crashes <= RUNS_AFTER_LOSS;
    const summarised = await checkSummaries(stage, postgres, ledger, { questions, whole, amiss });
    if (summarised.summaries === 0 && !refusable) amiss.push('nothing was summarised');
    amiss.push(...(await holdsAmiss(postgres)), ...(await jobsAmiss(postgres, crashes)));
    const peak = await peakMicros(postgres);
    if (peak > stage.capMicros) amiss.push(`the instance had spent and held ${peak} of ${stage.capMicros}`);
    for (const { account, unit, stored, folded } of await ledger.verify()) {
      amiss.push(`${account} ${unit} is ${stored}, and its entries say ${folded}`);
    }
    if (amiss.length > 0) throw new Error(`Money is wrong:\n${amiss.join('\n')}`);
    const answered = await Promise.all(questions.map((question) => isAnswered(stage, question)));
    return billOf(holds.flat(), answered.filter(Boolean).length, summarised);
  });
}

function billOf(holds: readonly Hold[], answers: number, { summaries, summaryCharges, ...after }: SummaryBill): Bill {
  const charges = holds.filter((hold) => hold.state === 'settled').length;
  const lost = [...holds, ...after.holds].filter((hold) => hold.state === 'lost');
  return {
    answers,
    charges,
    gifts: answers - charges,
    summaries,
    summaryCharges,
    lostCalls: lost.length,
    lostMicros: lost.reduce((sum, hold) => sum + (hold.onInstance.micros ?? 0), 0),
  };
}

/** One question: who paid what for it, by its holds, by the entries and by the provider's requests. */
async function requestAmiss(
  stage: KillStage,
  postgres: Postgres,
  question: Question,
  holds: readonly Hold[],
  crashes: number,
): Promise<string[]> {
  const { name, request, authorId } = question;
  const amiss: string[] = [];
  const settled = holds.filter((hold) => hold.state === 'settled');
  const charged = settled.reduce((sum, hold) => sum + (hold.charged.micros ?? 0), 0);
  if (settled.length > 1) amiss.push(`${name} was charged ${settled.length} times`);
  if (settled.length === 1 && !isExact(settled[0], usage)) amiss.push(`${name} cost its asker ${charged}`);
  const answered = await isAnswered(stage, question);
  if (answered && settled.length === 0 && holds.at(-1)?.state !== 'lost') amiss.push(`${name} was for nothing`);
  if (!answered && settled.length > 0) amiss.push(`${name} was refused and charged`);
  if (holds.some((hold) => hold.terms.payerId !== authorId)) amiss.push(`${name} was paid by another`);
  const open = holds.filter((hold) => hold.state === 'open');
  if (open.length > 0) amiss.push(`${name} still holds ${open.map((hold) => hold.key).join(', ')}`);
  const byEntries = await chargedByEntries(postgres, request);
  const elsewhere = [...byEntries.keys()].filter((account) => account !== `user:${authorId}/allowance`);
  if (elsewhere.length > 0) amiss.push(`${name} cost ${elsewhere.join(', ')}`);
  const entered = byEntries.get(`user:${authorId}/allowance`) ?? 0;
  if (entered !== charged) amiss.push(`entries charge ${entered} for ${name}, and its holds say ${charged}`);
  const asked = stage.providers.requests.filter(
    (seen) => !isSummary(seen) && seen.userText.endsWith(`question ${name}.`),
  ).length;
  if (asked > crashes + 1) amiss.push(`a model was asked ${asked} times for ${name} in ${crashes + 1} lives`);
  if (answered && !(await isExplained(stage, postgres, question))) amiss.push(`nothing explains the answer to ${name}`);
  return amiss;
}

/** Micro-dollars by the account of the person who paid. */
async function chargedByEntries({ db }: Postgres, request: string): Promise<Map<string, number>> {
  const { rows } = await sql<{ account: string; micros: number }>`
    SELECT e.account, -sum(e.amount)::bigint AS micros
    FROM ledger_hold AS h JOIN ledger_transaction AS t ON t.hold_key = h.key
      JOIN ledger_entry AS e ON e.transaction_id = t.id
    WHERE h.request = ${request} AND e.unit = 'micros' AND e.account LIKE 'user:%' GROUP BY e.account
  `.execute(db);
  return new Map(rows.map(({ account, micros }) => [account, micros]));
}

async function isAnswered(stage: KillStage, question: Question): Promise<boolean> {
  return (await answersTo(stage, question)).some((message) => message.content === question.answer);
}

/** Whether the visible messages of an answer are known to belong to this request. */
async function isExplained(stage: KillStage, { db }: Postgres, question: Question): Promise<boolean> {
  const ids = (await answersTo(stage, question)).map((message) => message.id);
  const rows = await db.selectFrom('spending_message').select('request').where('message_id', 'in', ids).execute();
  return rows.length === ids.length && rows.every((row) => row.request === question.request);
}

/** A person's balance equals their allowance minus their charges, and nothing of it is held. */
async function allowanceAmiss(
  { db }: Postgres,
  ledger: Ledger,
  userId: string,
  allowances: Hold['terms']['allowances'],
): Promise<string[]> {
  const balances = await ledger.balances(
    userId,
    allowances.filter((allowance) => allowance.unit === 'micros'),
  );
  const { rows } = await sql<{ micros: number }>`
    SELECT coalesce(sum((charged->>'micros')::bigint), 0)::bigint AS micros FROM ledger_hold
    WHERE payer_id = ${userId} AND state = 'settled' AND day = (now() AT TIME ZONE 'UTC')::date
  `.execute(db);
  const charged = rows[0]?.micros;
  return balances
    .filter(({ spent, held, savings }) => spent !== charged || held + savings.spent + savings.held !== 0)
    .map((balance) => `user ${userId} was charged ${charged} today, and the balance is ${JSON.stringify(balance)}`);
}

/** No job failed, and none was given up except a summary that crashes cut off repeatedly. */
async function jobsAmiss({ db }: Postgres, crashes: number): Promise<string[]> {
  const rows = await db
    .selectFrom('queue_job')
    .select(['kind', 'state', 'error'])
    .where('state', 'not in', ['done', 'cancelled'])
    .where('queue', '!=', 'schedules')
    .execute();
  const mayBeLost = crashes > RUNS_AFTER_LOSS;
  const left = rows.filter(({ kind, error }) => !(mayBeLost && kind === 'chat/step' && error === WORKER_LOST));
  return left.map(({ kind, state, error }) => `a job ${kind} is ${state}: ${error ?? ''}`);
}

/** Checks all requests, including those of earlier rounds. */
async function holdsAmiss({ db }: Postgres): Promise<string[]> {
  const open = await db
    .selectFrom('ledger_hold')
    .select(['key'])
    .where((where) =>
      where.or([
        where('state', '=', 'open'),
        where('expires_at_ms', '>', sql<number>`created_at_ms + ${LONGEST_HOLD_MS}`),
      ]),
    )
    .execute();
  const twice = await db
    .selectFrom('ledger_hold')
    .select('request')
    .where('state', '=', 'settled')
    .groupBy('request')
    .having((having) => having.fn.countAll(), '>', 1)
    .execute();
  return [
    ...open.map(({ key }) => `${key} is still held, or for too long`),
    ...twice.map(({ request }) => `${request} was charged more than once`),
  ];
}
