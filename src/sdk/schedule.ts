import type { ScheduleRun, ScheduleTimes } from '../platform/queue/index.ts';

export type { ScheduleRun } from '../platform/queue/index.ts';

/**
 * Work that comes again and again: at the times of `cron` (five fields, UTC), or every `everyMs` (at least a second; counted
 * from the Unix epoch, so an hour is due on the hour).
 *
 * Each due time is run once over all processes, and planned in the database: it survives restarts. After a time without a
 * process there is one run, which is told what it missed. Runs of one schedule never overlap. A run that rejects is logged,
 * and the next one comes as planned; a run whose process died is begun again, so it must be safe to repeat. When the times
 * are changed, the next run by the old ones is dropped.
 *
 * @example
 * schedules: [
 *   {
 *     name: 'daily-summary',
 *     cron: '0 8 * * *',
 *     run: async ({ dueAtMs, missed }) => {
 *       if (missed) context.logger.info({ ...missed }, 'Summaries were not posted for a while.');
 *       await postSummary(context, dueAtMs);
 *     },
 *   },
 * ],
 */
export type Schedule = ScheduleTimes & {
  /** Lower case, unique in the feature. Renaming it makes it a new schedule. */
  name: string;
  run(run: ScheduleRun): Promise<void>;
};
