import type { Timer } from '../../kernel/clock.ts';
import type { PrivacyContext } from './settings.ts';

/** Short against a day, so that it matters little when the process was started. */
const everyMs = 60 * 60 * 1000;

/** The days that hold in a guild: its own, at most the instance's; null keeps everything. */
export function daysIn({ settings }: PrivacyContext, guildId: string | null): number | null {
  const { retentionDays: most } = settings.instance;
  const own = guildId === null ? null : settings.peek({ guildId }).retentionDays;
  return most === null || own === null ? (own ?? most) : Math.min(own, most);
}

/** Deletes what is no longer kept, once an hour, in every process: whichever comes first has done it for all. */
export function keepRetention({ clock, logger, privacy, settings }: PrivacyContext): { stop(): Promise<void> } {
  let timer: Timer;
  let running = Promise.resolve();
  const expire = async () => {
    try {
      const rows = await privacy.expire(settings.instance.retentionDays);
      if (rows > 0) logger.info({ rows }, 'What is no longer kept was deleted.');
    } catch (error) {
      logger.warn({ error }, 'What is no longer kept could not be deleted; it is tried again in an hour.');
    }
    timer = clock.after(everyMs, begin);
  };
  const begin = () => {
    running = expire();
  };
  timer = clock.after(everyMs, begin);
  return {
    stop: async () => {
      await running;
      timer.cancel();
    },
  };
}
