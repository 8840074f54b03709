/** Parts of README.md that programs write, each between two comments. */
export type Section = 'figures' | 'proofs';

/** Throws unless both markers of the section are there once, in order. */
export function replaceSection(text: string, name: Section, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [before, rest, ...more] = text.split(begin);
  const [old, after, ...others] = (rest ?? '').split(end);
  if (before === undefined || old === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error(`README.md must have ${begin} and ${end} once each.`);
  }
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

export function duration(elapsedMs: number): string {
  const seconds = Math.round(elapsedMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Rows of a table, the first its head. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows;
  const all = [head, head.map(() => '---'), ...rest];
  return all.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}
