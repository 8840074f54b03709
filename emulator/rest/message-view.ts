import { withoutContent } from '../serialise/message.ts';
import type { Caller, Core, StoredMessage } from '../contract.ts';

/**
 * A message as the caller may read it. Bots without the message content intent see the words of others only in DMs and
 * where they are mentioned, over REST as on the gateway.
 */
export function readableMessage(core: Core, message: StoredMessage, caller: Caller): Record<string, unknown> {
  const object = core.messages.serialise(message, caller.user.id);
  return mayReadContent(core, message, caller) ? object : withoutContent(object);
}

function mayReadContent(core: Core, message: StoredMessage, { user }: Caller): boolean {
  if (!user.bot || user.applicationId === null) return true;
  if (core.world.applications.get(user.applicationId)?.privilegedIntents.messageContent === true) return true;
  return (
    message.authorId === user.id ||
    message.applicationId === user.applicationId ||
    message.mentionUserIds.includes(user.id) ||
    core.world.channels.get(message.channelId)?.guildId === null
  );
}
