import type { Logger } from '../../kernel/logger.ts';
import type { Db, Postgres, Tx } from '../../platform/postgres/index.ts';
import type { Vault } from '../../platform/secrets/index.ts';
import type { AuditEntry } from './port.ts';

/** Names known to be stored, which need no second write. Bounded, since there may be very many people. */
const MOST_REMEMBERED = 10_000;

interface NameBookOptions {
  postgres: Postgres;
  /** Without it, names are neither stored nor found. */
  vault: Vault | undefined;
  logger: Logger;
}

/**
 * Display names of the people in the audit, encrypted under each person's key, so a name is gone when its key is
 * deleted.
 */
export class NameBook {
  readonly #options: NameBookOptions;
  readonly #stored = new Map<string, string>();
  readonly #writing = new Set<Promise<void>>();

  constructor(options: NameBookOptions) {
    this.#options = options;
  }

  /** Stores the names of actor and target in the background, so the caller's transaction locks no keys of people. */
  note({ actorId, targetId, names = {} }: Pick<AuditEntry, 'actorId' | 'targetId' | 'names'>): void {
    const { vault, logger } = this.#options;
    if (!vault) return;
    for (const [userId, name] of Object.entries(names)) {
      if (userId !== actorId && userId !== targetId) continue;
      if (name === '' || this.#stored.get(userId) === name) continue;
      if (this.#stored.size >= MOST_REMEMBERED) this.#stored.clear();
      this.#stored.set(userId, name);
      const work = this.#write(vault, userId, name)
        .catch((error: unknown) => {
          this.#stored.delete(userId);
          logger.debug({ error, userId }, 'A name for the audit could not be stored; the next act stores it.');
        })
        .finally(() => this.#writing.delete(work));
      this.#writing.add(work);
    }
  }

  async #write(vault: Vault, userId: string, name: string): Promise<void> {
    await this.#options.postgres.transaction(async (tx) => {
      const ciphertext = await vault.encrypt(tx, userId, contextOf(userId), name);
      // Encrypting waited for a deletion of this person's data, who must not get a new key by it.
      if (this.#stored.get(userId) !== name) throw new Error("The person's data was deleted, or they were renamed.");
      await tx
        .insertInto('audit_name')
        .values({ user_id: userId, ciphertext })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ ciphertext }))
        .execute();
    });
  }

  async find(db: Db, userIds: readonly string[]): Promise<Map<string, string>> {
    const { vault } = this.#options;
    if (!vault || userIds.length === 0) return new Map();
    const rows = await db.selectFrom('audit_name').selectAll().where('user_id', 'in', userIds).execute();
    const open = vault.reader(db);
    const names = new Map<string, string>();
    for (const { user_id: userId, ciphertext } of rows) {
      const name = await open(userId, contextOf(userId), ciphertext);
      if (name !== null) names.set(userId, name);
    }
    return names;
  }

  async forget(tx: Tx, userId: string): Promise<number> {
    this.#stored.delete(userId);
    const { numDeletedRows } = await tx.deleteFrom('audit_name').where('user_id', '=', userId).executeTakeFirst();
    return Number(numDeletedRows);
  }

  /** Resolves when every name so far is stored. */
  async flush(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }
}

const contextOf = (userId: string): string => `audit-name/${userId}`;
