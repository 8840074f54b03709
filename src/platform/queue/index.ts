export type * from './port.ts';
export { createQueue, queueMigrations } from './queue.ts';
export { LeaseLost, ShuttingDown } from './reasons.ts';
export { scheduleRule } from './schedule-rule.ts';
export type { ScheduleRule, ScheduleTimes } from './schedule-rule.ts';
export { createScheduleJobs } from './schedules.ts';
export type { PlannedSchedule, ScheduleJobs, ScheduleRun } from './schedules.ts';
