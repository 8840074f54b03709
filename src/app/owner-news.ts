import type { Ids } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Discord } from '../platform/discord/index.ts';
import type { Texts } from '../platform/texts/index.ts';

interface OwnerNewsOptions {
  /** User ids of those who run the bot. */
  administrators: readonly string[];
  discord: Discord;
  appTexts: Texts;
  ids: Ids;
  logger: Logger;
}

export interface OwnerNews {
  /**
   * Sends a text of the app to every administrator as a direct message, in the background; logs it in any case. Several
   * processes that tell the same at about the same time under the same `about` send one message.
   */
  tell(key: string, data: Record<string, string | number>, about?: string): void;
  /** Resolves when nothing is being sent. */
  idle(): Promise<void>;
}

export function createOwnerNews({ administrators, discord, appTexts, ids, logger }: OwnerNewsOptions): OwnerNews {
  const underway = new Set<Promise<void>>();
  const send = async (userId: string, content: string, about: string): Promise<void> => {
    try {
      const channelId = await discord.actions.openDm(userId);
      await discord.actions.send(channelId, { content }, { key: `news/${about}` });
    } catch (error) {
      logger.warn({ error, userId }, 'An administrator could not be told something by direct message.');
    }
  };
  return {
    tell: (key, data, about = ids.uuid()) => {
      const content = appTexts.in(undefined)(key, data);
      logger.warn({ news: key, ...data }, content);
      for (const userId of administrators) {
        const work = send(userId, content, `${about}/${userId}`).finally(() => underway.delete(work));
        underway.add(work);
      }
    },
    idle: async () => {
      while (underway.size > 0) await Promise.all(underway);
    },
  };
}
