import { mapInBatches } from '../../../kernel/batches.ts';

/** How much text an export holds at most, over all its lists; beyond it the oldest is left out. */
const exportCharacters = 24 * 1024 * 1024;
const pageRows = 100;

/** What is left of that for the lists of one export. */
export interface ExportBudget {
  characters: number;
  /** Whether something was left out. */
  isCut: boolean;
}

export const newBudget = (): ExportBudget => ({ characters: exportCharacters, isCut: false });

/**
 * What `page` has, newest first, as `open` makes of it and oldest first, as far as the budget goes: read and decrypted a
 * page at a time, so that neither memory nor the event loop is taken up by one export.
 */
export async function collect<Row, Entry>(
  budget: ExportBudget,
  page: (range: { offset: number; limit: number }) => Promise<Row[]>,
  open: (row: Row) => Promise<Entry | null>,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let offset = 0; ; offset += pageRows) {
    const rows = await page({ offset, limit: pageRows });
    for (const entry of await mapInBatches(rows, open)) {
      if (entry === null) continue;
      budget.characters -= JSON.stringify(entry).length;
      if (budget.characters < 0) {
        budget.isCut = true;
        return entries.reverse();
      }
      entries.push(entry);
    }
    if (rows.length < pageRows) return entries.reverse();
  }
}
