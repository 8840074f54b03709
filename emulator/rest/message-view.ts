import { mayReadContent } from '../messages/content-rights.ts';
import { withoutContent } from '../serialise/message.ts';
import type { Caller, Core, StoredMessage } from '../contract.ts';

/** A message as the caller may read it, over REST as on the gateway. */
export function readableMessage(core: Core, message: StoredMessage, caller: Caller): Record<string, unknown> {
  const object = core.messages.serialise(message, caller.user.id);
  return mayReadContent(core, message, caller.user) ? object : withoutContent(object);
}
