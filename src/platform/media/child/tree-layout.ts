import type { SheetEntry } from '../operations.ts';

/** Rows of a family tree, as places in `entries`: each entry lies below all its parents. Loops count once. */
export function layers(entries: readonly Pick<SheetEntry, 'id' | 'parentIds'>[]): number[][] {
  const places = new Map(entries.map(({ id }, index) => [id, index]));
  const depths = new Map<number, number>();
  const depthOf = (index: number, path: readonly number[]): number => {
    const known = depths.get(index);
    if (known !== undefined) return known;
    const parents = (entries[index]?.parentIds ?? []).flatMap((id) => places.get(id) ?? []);
    const above = parents.filter((parent) => !path.includes(parent) && parent !== index);
    const depth = Math.max(-1, ...above.map((parent) => depthOf(parent, [...path, index]))) + 1;
    depths.set(index, depth);
    return depth;
  };
  const rows: number[][] = [];
  for (const index of entries.keys()) (rows[depthOf(index, [])] ??= []).push(index);
  return rows.filter((row) => row !== undefined);
}
