import type { Timer } from '../../kernel/clock.ts';
import type { PrivacyContext } from './settings.ts';

/** Short compared with a day, so the start time of the process hardly matters. */
const everyMs = 60 * 60 * 1000;

/** The days that apply in a guild: its own, at most the instance's; null keeps everything. */
export function daysIn({ settings }: PrivacyContext, guildId: string | null): number | null {
  const { retentionDays: most } = settings.instance;
  const own = guildId === null ? null : settings.peek({ guildId }).retentionDays;
  return most === null || own === null ? (own ?? most) : Math.min(own, most);
}

/** Deletes data past its retention once an hour, in every process: the first one does it for all. */
export function keepRetention({ clock, logger, privacy, settings }: PrivacyContext): { stop(): Promise<void> } {
  let timer: Timer;
  let running = Promise.resolve();
  const expire = async () => {
    try {
      const rows = await privacy.expire(settings.instance.retentionDays);
      if (rows > 0) logger.info({ rows }, 'Data past its retention was deleted.');
    } catch (error) {
      logger.warn({ error }, 'Data past its retention could not be deleted; the next try is in an hour.');
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
