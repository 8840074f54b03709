import { errorMessage, StartError } from '../kernel/errors.ts';
import { scheduleRule } from '../platform/queue/index.ts';
import type { PlannedSchedule } from '../platform/queue/index.ts';
import type { Schedule } from '../sdk/index.ts';
import type { LoadedFeature } from './features.ts';
import type { Platforms } from './platforms.ts';

/** What the bot itself does again and again, once over all processes. */
export function ownSchedules({ files }: Pick<Platforms, 'files'>): PlannedSchedule[] {
  const every = (name: string, everyMs: number, run: () => Promise<unknown>): PlannedSchedule => ({
    name: `app/${name}`,
    rule: scheduleRule({ everyMs }),
    run: async () => void (await run()),
  });
  return [
    every('expire-files', 10 * minuteMs, () => files.expire()),
    every('sweep-files', 60 * minuteMs, () => files.sweep()),
  ];
}

const minuteMs = 60_000;
const allowedName = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** The schedules of all features. Throws a StartError that names the feature and the schedule that cannot be meant. */
export function schedulesOf(features: readonly LoadedFeature[]): PlannedSchedule[] {
  return features.flatMap(({ definition, parts }) => {
    const names = new Set<string>();
    return (parts.schedules ?? []).map((schedule) => {
      const { name } = schedule;
      if (!allowedName.test(name)) throw wrong(definition.name, name, 'its name must be lower-case words with dashes');
      if (names.has(name)) throw wrong(definition.name, name, 'the feature has another schedule of this name');
      names.add(name);
      return plan(definition.name, schedule);
    });
  });
}

function plan(feature: string, schedule: Schedule): PlannedSchedule {
  try {
    const rule = scheduleRule(schedule);
    return { name: `${feature}/${schedule.name}`, rule, run: (run) => schedule.run(run) };
  } catch (error) {
    throw wrong(feature, schedule.name, errorMessage(error), error);
  }
}

function wrong(feature: string, name: string, reason: string, cause?: unknown): StartError {
  return new StartError(`The schedule "${name}" of the feature "${feature}" is wrong: ${reason}.`, { cause });
}
