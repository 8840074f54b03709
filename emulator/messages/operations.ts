import type { Core, MessageOperations } from '../contract.ts';
import { discordError } from '../errors.ts';
export function createMessageOperations(_core: () => Core): MessageOperations {
  const missing = (): never => {
    throw discordError('internal');
  };
  return { create: missing, edit: missing, remove: missing, serialise: missing };
}
