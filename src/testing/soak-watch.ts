import { systemClock } from '../kernel/clock.ts';
import type { SoakStage } from './soak-stage.ts';

const LOOK_AGAIN_MS = 20;

/** The number of Discord events that the bot hasn't handled and stored; infinite between two sessions. */
export async function eventsBehind({ core, place, postgres: { db } }: SoakStage): Promise<number> {
  const sessions = [...core.world.sessions.values()].filter(({ userId }) => userId === place.botId);
  const known = await db.selectFrom('discord_session').select(['session_id', 'sequence']).executeTakeFirst();
  const session = sessions.find(({ id }) => id === known?.session_id);
  return session && known ? session.sequence - known.sequence : Number.POSITIVE_INFINITY;
}

export async function livingJobs({ postgres: { db } }: SoakStage): Promise<number> {
  const { count } = await db
    .selectFrom('queue_job')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('state', 'in', ['waiting', 'active'])
    // Those wait for their time.
    .where('queue', '!=', 'schedules')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** What keeps the bot busy, one line per job. */
export async function tellJobs({ postgres: { db } }: SoakStage): Promise<string[]> {
  const jobs = await db
    .selectFrom('queue_job')
    .select(['kind', 'state', 'attempt', 'lane', 'held', 'instance_id', 'run_at_ms', 'error'])
    .where('state', 'in', ['waiting', 'active'])
    // Those wait for their time.
    .where('queue', '!=', 'schedules')
    .orderBy('sequence')
    .execute();
  const nowMs = systemClock.now();
  return jobs.map(({ run_at_ms: runAtMs, ...job }) =>
    JSON.stringify({ ...job, ...(runAtMs > nowMs && { dueInMs: runAtMs - nowMs }) }),
  );
}

/** Polls until nothing is missing. Rejects with what is missing after the time limit. */
export async function until(withinMs: number, missing: () => Promise<string | undefined>): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (let left = await missing(); left !== undefined; left = await missing()) {
    if (performance.now() > deadline) throw new Error(`After ${withinMs} ms: ${left}.`);
    await systemClock.sleep(LOOK_AGAIN_MS);
  }
}

/** Whether the bot gets events, perhaps late: its session exists and is stored. */
export const isInSession = async (stage: SoakStage): Promise<boolean> => Number.isFinite(await eventsBehind(stage));

export function untilInSession(stage: SoakStage, withinMs: number): Promise<void> {
  return until(withinMs, async () => ((await isInSession(stage)) ? undefined : 'the bot has no session'));
}

/** Until every event is handled. */
export function untilHeard(stage: SoakStage, withinMs: number): Promise<void> {
  return until(withinMs, async () => {
    const behind = await eventsBehind(stage);
    return behind === 0 ? undefined : `${behind} events are not handled`;
  });
}

/** Until every event is handled, every press answered and every job done. */
export async function untilQuiet(stage: SoakStage, withinMs: number): Promise<void> {
  const unheard = async () => {
    const behind = await eventsBehind(stage);
    return behind === 0 ? undefined : `${behind} events are not handled`;
  };
  await until(withinMs, async () => {
    const presses = stage.record.openPresses();
    if (presses > 0) return `${presses} presses are not answered`;
    // A job sends something to Discord, and an event adds jobs.
    const before = await unheard();
    const jobs = await livingJobs(stage);
    return before ?? (jobs > 0 ? `${jobs} jobs are not done` : await unheard());
  });
}
