import type { Json } from '../../kernel/json.ts';
import type { Db } from '../../platform/postgres/index.ts';

type Values = Record<string, Json>;
type ByFeature = ReadonlyMap<string, Values>;

/** People whose settings are remembered; there may be very many more. */
const MOST_REMEMBERED = 10_000;

/** What people have set, by feature. Read once, then remembered until it is forgotten because it changed. */
export class SettingsOfUsers {
  readonly #remembered = new Map<string, Promise<ByFeature>>();

  /** Reads with `db`, which may be a transaction, when it is not remembered. */
  async of(db: Db, feature: string, userId: string): Promise<Values> {
    const known = this.#remembered.get(userId) ?? this.#read(db, userId);
    return (await known).get(feature) ?? {};
  }

  changed(userId: string): void {
    this.#remembered.delete(userId);
  }

  allMayHaveChanged(): void {
    this.#remembered.clear();
  }

  #read(db: Db, userId: string): Promise<ByFeature> {
    const reading = readByFeature(db, userId);
    // A change that comes meanwhile takes it away again, so that what is remembered is never older than the last change.
    this.#remembered.set(userId, reading);
    reading.catch(() => {
      if (this.#remembered.get(userId) === reading) this.#remembered.delete(userId);
    });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    return reading;
  }
}

async function readByFeature(db: Db, userId: string): Promise<ByFeature> {
  const rows = await db
    .selectFrom('settings_value')
    .select(['feature', 'key', 'value'])
    .where('scope', '=', 'user')
    .where('scope_id', '=', userId)
    .execute();
  const values = new Map<string, Values>();
  for (const { feature, key, value } of rows) values.set(feature, { ...values.get(feature), [key]: value });
  return values;
}
