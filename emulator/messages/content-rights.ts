import type { Core, StoredMessage, StoredUser } from '../contract.ts';

/**
 * Whether a user may read what a message says. Bots without the message content intent read others in direct messages
 * and where they are mentioned. Source: "Message Content Intent" in Discord's gateway documentation.
 */
export function mayReadContent(core: Core, message: StoredMessage, user: StoredUser): boolean {
  if (!user.bot || user.applicationId === null) return true;
  if (core.world.applications.get(user.applicationId)?.privilegedIntents.messageContent === true) return true;
  return (
    message.authorId === user.id ||
    message.applicationId === user.applicationId ||
    message.mentionUserIds.includes(user.id) ||
    core.world.channels.get(message.channelId)?.guildId === null
  );
}
