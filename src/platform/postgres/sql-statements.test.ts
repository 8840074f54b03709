import { describe, expect, it } from 'vitest';
import { splitStatements } from './sql-statements.ts';

const texts = (sql: string) => splitStatements(sql).map((statement) => statement.text);

describe('splitting a migration into statements', () => {
  it("ends them at semicolons and gives each one's line", () => {
    expect(splitStatements('SELECT 1;\n\n-- why\nSELECT\n  2;\n')).toEqual([
      { text: 'SELECT 1', line: 1 },
      { text: 'SELECT\n  2', line: 4 },
    ]);
  });

  it.each([
    ["a string with ; and ''", "SELECT 'a;''b;'"],
    ['a string with backslashes', "SELECT E'a\\';b'"],
    ['a string that ends in a backslash', "SELECT 'a\\', ';'"],
    ['a quoted name', 'SELECT 1 AS "a;""b"'],
    ['a dollar-quoted body', 'DO $$ BEGIN PERFORM 1; END $$'],
    ['a tagged body around another', 'DO $outer$ BEGIN PERFORM $$;$$; END $outer$'],
    ['a comment inside', 'SELECT 1 -- one; two\n+ 2'],
    ['a block comment inside', 'SELECT /* ; */ 1'],
  ])('keeps together %s', (_, sql) => {
    expect(texts(`${sql};\nSELECT 2;`)).toEqual([sql, 'SELECT 2']);
  });

  it('finds none in a file of comments', () => {
    expect(texts('-- nothing;\n/* here; */\n;\n')).toEqual([]);
  });
});
