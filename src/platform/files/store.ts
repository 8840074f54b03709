import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../postgres/index.ts';
import type { FileOwner, StoredFile } from './port.ts';
import type { FilesFileTable } from './schema.ts';
import './schema.ts';

const batch = 500;

export const ownerId = (owner: FileOwner): string => (owner.kind === 'instance' ? '' : owner.id);

export interface FileRow extends StoredFile {
  feature: string;
}

const ownerOf = (row: Pick<FilesFileTable, 'owner_kind' | 'owner_id'>): FileOwner =>
  row.owner_kind === 'instance' ? { kind: 'instance' } : { kind: row.owner_kind, id: row.owner_id };

const fileOf = (row: Selectable<FilesFileTable>): StoredFile => ({
  id: row.id,
  kind: row.kind,
  owner: ownerOf(row),
  sizeBytes: row.size_bytes,
  sha256: row.sha256.toString('hex'),
  mime: row.mime,
  createdAtMs: row.created_at_ms,
  expiresAtMs: row.expires_at_ms,
});

/** Until the transaction ends, no one else can add files of these owners (or of anyone), so the sums stay true. In the order of `owners`. */
export async function lockSums(tx: Tx, owners: readonly (FileOwner | 'all')[]): Promise<number[]> {
  if (owners.length === 0) return [];
  const names = owners.map((owner) => (owner === 'all' ? 'files/all' : `files/${owner.kind}/${ownerId(owner)}`));
  const locks = names.map((name) => sql`pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
  await sql`SELECT ${sql.join(locks)}`.execute(tx);
  // A statement of its own, which sees what was committed until the locks were there.
  const sums = owners.map((owner) => sumQuery(tx, owner));
  const { rows } = await sql<{
    sums: string[];
  }>`SELECT ARRAY[${sql.join(sums.map((sum) => sql`(${sum})`))}]::text[] AS sums`.execute(tx);
  return (rows[0]?.sums ?? []).map(Number);
}

export async function insert(tx: Tx, file: FileRow): Promise<void> {
  await tx
    .insertInto('files_file')
    .values({
      id: file.id,
      feature: file.feature,
      kind: file.kind,
      owner_kind: file.owner.kind,
      owner_id: ownerId(file.owner),
      size_bytes: file.sizeBytes,
      sha256: Buffer.from(file.sha256, 'hex'),
      mime: file.mime,
      created_at_ms: file.createdAtMs,
      expires_at_ms: file.expiresAtMs,
    })
    .execute();
}

export async function find(db: Db, feature: string, id: string, nowMs: number): Promise<StoredFile | undefined> {
  const row = await db
    .selectFrom('files_file')
    .selectAll()
    .where('id', '=', id)
    .where('feature', '=', feature)
    .where((where) => where.or([where('expires_at_ms', 'is', null), where('expires_at_ms', '>', nowMs)]))
    .executeTakeFirst();
  return row && fileOf(row);
}

/** Returns the deleted ids. */
export async function deleteFiles(
  db: Db,
  which: { feature: string; id: string } | { feature: string | undefined; owner: FileOwner; kind?: string | undefined },
): Promise<string[]> {
  let query = db.deleteFrom('files_file').returning('id');
  if (which.feature !== undefined) query = query.where('feature', '=', which.feature);
  if ('id' in which) query = query.where('id', '=', which.id);
  else {
    query = query.where('owner_kind', '=', which.owner.kind).where('owner_id', '=', ownerId(which.owner));
    if (which.kind !== undefined) query = query.where('kind', '=', which.kind);
  }
  return (await query.execute()).map(({ id }) => id);
}

export async function deleteExpired(db: Db, nowMs: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    DELETE FROM files_file WHERE id IN (SELECT id FROM files_file WHERE expires_at_ms <= ${nowMs} LIMIT ${batch})
    RETURNING id
  `.execute(db);
  return rows.map(({ id }) => id);
}

/** The ids that belong to a file. */
export async function known(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db.selectFrom('files_file').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}

export async function ofOwner(db: Db, owner: FileOwner): Promise<FileRow[]> {
  const rows = await db
    .selectFrom('files_file')
    .selectAll()
    .where('owner_kind', '=', owner.kind)
    .where('owner_id', '=', ownerId(owner))
    .orderBy('created_at_ms')
    .execute();
  return rows.map((row) => ({ ...fileOf(row), feature: row.feature }));
}

/** False when there is no such file. */
export async function setExpiry(
  db: Db,
  { feature, id, expiresAtMs }: { feature: string; id: string; expiresAtMs: number | null },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('files_file')
    .set({ expires_at_ms: expiresAtMs })
    .where('id', '=', id)
    .where('feature', '=', feature)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** In bytes. */
export async function sumOf(db: Db, owner: FileOwner | 'all'): Promise<number> {
  return Number((await sumQuery(db, owner).executeTakeFirstOrThrow()).bytes);
}

function sumQuery(db: Db, owner: FileOwner | 'all') {
  const query = db.selectFrom('files_file').select(sql<string>`coalesce(sum(size_bytes), 0)`.as('bytes'));
  return owner === 'all' ? query : query.where('owner_kind', '=', owner.kind).where('owner_id', '=', ownerId(owner));
}
