import type { Tx } from '../../sdk/index.ts';
import type { ChatContext } from './chat.ts';

/** Thrown to undo a transaction whose row is gone. */
class RowGone extends Error {}

/**
 * Seals something for a row that somebody may remove at the same time. `write` says whether the row was still there; when
 * it was not, all is undone: sealing makes a key for whoever has none, and of a person who was forgotten meanwhile not
 * even that may come back. Resolves to what `write` said.
 */
export async function sealForRow(context: ChatContext, write: (tx: Tx) => Promise<boolean>): Promise<boolean> {
  try {
    await context.transaction(async (tx) => {
      if (!(await write(tx))) throw new RowGone();
    });
    return true;
  } catch (error) {
    if (!(error instanceof RowGone)) throw error;
    return false;
  }
}
