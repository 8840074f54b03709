import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { testDatabase } from '../testing/postgres.ts';
import { featureMigrations, featuresFolder, findFeatures } from './features.ts';
import { platformMigrations } from './platforms.ts';
import { serviceMigrations } from './services.ts';

/** Table → column → whether it may be null. */
type Tables = Record<string, Record<string, { nullable: boolean }>>;

const sources = join(import.meta.dirname, '..');

/** What the `schema.ts` files add to the interface `Database`. */
async function declaredTables(): Promise<Tables> {
  const tables: Tables = {};
  for await (const path of glob('{platform,services,features}/*/**/schema.ts', { cwd: sources })) {
    const file = ts.createSourceFile(path, await readFile(join(sources, path), 'utf8'), ts.ScriptTarget.Latest, true);
    const interfaces = interfacesIn(file);
    for (const [table, row] of Object.entries(interfaces.get('Database') ?? {})) {
      const columns = Object.entries(interfaces.get(row) ?? {});
      tables[table] = Object.fromEntries(
        columns.map(([column, type]) => [column, { nullable: /\bnull\b/.test(type) }]),
      );
    }
  }
  return tables;
}

/** The properties of each interface with the text of their types, also of those inside `declare module`. */
function interfacesIn(file: ts.SourceFile): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>();
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node)) {
      const properties = node.members.filter(ts.isPropertySignature);
      found.set(
        node.name.text,
        Object.fromEntries(properties.map(({ name, type }) => [name.getText(), type?.getText() ?? ''])),
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

async function migratedTables(): Promise<Tables> {
  const migrations = [
    ...platformMigrations,
    ...serviceMigrations,
    ...featureMigrations(await findFeatures(featuresFolder)),
  ];
  const database = await testDatabase({ migrations });
  try {
    const { rows } = await sql<{ table: string; column: string; nullable: boolean }>`
      SELECT table_name AS table, column_name AS column, is_nullable = 'YES' AS nullable
      FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name <> 'familiar_migration'
    `.execute(database.postgres.db);
    const tables: Tables = {};
    for (const { table, column, nullable } of rows) (tables[table] ??= {})[column] = { nullable };
    return tables;
  } finally {
    await database.close();
  }
}

it('every table and column is declared as the migrations make it', async () => {
  const declared = await declaredTables();
  expect(Object.keys(declared)).not.toEqual([]);
  expect(declared).toEqual(await migratedTables());
});
