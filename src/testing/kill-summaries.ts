import { sql } from 'kysely';
import type { Postgres } from '../platform/postgres/index.ts';
import type { Hold, Ledger } from '../services/ledger/index.ts';
import { followUpOf } from '../services/spending/index.ts';
import type { Question } from './kill-questions.ts';
import { isExact, isSummary, summaryUsage } from './kill-stage.ts';
import type { KillStage } from './kill-stage.ts';

/** The cost of a round's summaries. */
export interface SummaryBill {
  /** Summaries that were stored. */
  summaries: number;
  /** Those paid by the payers of their answers. */
  summaryCharges: number;
  holds: readonly Hold[];
}

/**
 * Checks the summaries after these answers: each stored one was charged once to the asker of the answer before it, or a
 * crash came between and the call is lost. With `whole`, each conversation is summarised as far as it is due. Appends
 * violations to `amiss`.
 */
export async function checkSummaries(
  stage: KillStage,
  postgres: Postgres,
  ledger: Ledger,
  { questions, whole, amiss }: { questions: readonly Question[]; whole: boolean; amiss: string[] },
): Promise<SummaryBill> {
  const held = await Promise.all(
    questions.map(async (question) => ({
      question,
      holds: await ledger.holds(followUpOf(question.request, 'summary')),
    })),
  );
  for (const { question, holds } of held) amiss.push(...holdsAmiss(question, holds));
  let summaries = 0;
  for (const [channelId, here] of Map.groupBy(held, ({ question }) => question.channelId)) {
    const stored = await storedSince(postgres, channelId, here);
    const holds = here.flatMap((one) => one.holds);
    const [charged, lost] = [countOf(holds, 'settled'), countOf(holds, 'lost')];
    summaries += stored;
    const told = `${stored} summaries are stored for ${here.map(({ question }) => question.name).join(', ')}`;
    const left = await uncoveredIn(postgres, channelId);
    if (whole && left > 1) amiss.push(`${left} exchanges are left after ${here.at(-1)?.question.name}`);
    if (charged > stored || stored > charged + lost) amiss.push(`${told}, ${charged} charged and ${lost} lost`);
  }
  amiss.push(...(await callsAmiss(stage, postgres)));
  const all = held.flatMap(({ holds }) => holds);
  return { summaries, summaryCharges: countOf(all, 'settled'), holds: all };
}

const countOf = (holds: readonly Hold[], state: Hold['state']): number =>
  holds.filter((hold) => hold.state === state).length;

function holdsAmiss({ name, authorId }: Question, holds: readonly Hold[]): string[] {
  const amiss: string[] = [];
  const settled = holds.filter(({ state }) => state === 'settled');
  const charged = settled.reduce((sum, hold) => sum + (hold.charged.micros ?? 0), 0);
  if (settled.length > 1) amiss.push(`the summary after ${name} was charged ${settled.length} times`);
  if (settled.length === 1 && !isExact(settled[0], summaryUsage))
    amiss.push(`the summary after ${name} cost ${charged}`);
  if (holds.some(({ terms }) => terms.payerId !== authorId)) amiss.push(`another paid for the summary after ${name}`);
  if (holds.some(({ step }) => step !== 'summary')) amiss.push(`more than a summary follows ${name}`);
  return amiss;
}

/** Nothing else makes summaries, and earlier rounds had ended before the first of these questions. */
async function storedSince(
  { db }: Postgres,
  channelId: string,
  asked: readonly { question: Question }[],
): Promise<number> {
  const messageIds = asked.map(({ question }) => question.messageId);
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::integer AS count FROM summaries_summary WHERE channel_id = ${channelId} AND made_at > (
      SELECT min(asked_at) FROM chat_question WHERE message_id = ANY (${messageIds}::text[])
    )
  `.execute(db);
  return rows[0]?.count ?? 0;
}

/** The number of a place's questions that no summary covers. */
async function uncoveredIn({ db }: Postgres, channelId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::integer AS count FROM chat_question AS q WHERE channel_id = ${channelId} AND NOT EXISTS (
      SELECT FROM summaries_summary AS s WHERE s.channel_id = q.channel_id AND s.covers_until >= q.asked_at
    )
  `.execute(db);
  return rows[0]?.count ?? 0;
}

/** Over all rounds: every provider call is charged or lost, and only the instance pays for losses. */
async function callsAmiss({ providers }: KillStage, { db }: Postgres): Promise<string[]> {
  const { rows } = await sql<{ step: string; calls: number; wrong: number }>`
    SELECT step, count(*) FILTER (WHERE state IN ('settled', 'lost'))::integer AS calls,
      count(*) FILTER (WHERE state = 'lost' AND (coalesce((charged->>'micros')::bigint, 0) > 0
        OR coalesce((on_instance->>'micros')::bigint, 0) = 0))::integer AS wrong
    FROM ledger_hold WHERE kind = 'call' GROUP BY step
  `.execute(db);
  const amiss: string[] = [];
  for (const { step, calls, wrong } of rows) {
    const asked = providers.requests.filter((request) => isSummary(request) === (step === 'summary')).length;
    if (asked > calls) amiss.push(`a model was asked for ${asked} of ${step}, and ${calls} calls are accounted for`);
    if (wrong > 0) amiss.push(`${wrong} lost calls of ${step} are not on the instance`);
  }
  return amiss;
}
