import { yieldToOthers } from '../../kernel/batches.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { OutgoingMessage, Translate } from '../../sdk/index.ts';

/** Below Discord's limit of 10 MiB per file. */
const mostBytes = 9 * 1024 * 1024;
/** Written before yielding to the event loop. */
const bytesAtOnce = 256 * 1024;

/** The document as Markdown for reading. What doesn't fit is only in the JSON file, and the text says so. */
export async function readableExport(document: JsonObject, t: Translate, most = mostBytes): Promise<OutgoingMessage> {
  const lines = new Lines(most);
  lines.add(`# ${t('export.title')}`, '');
  const { features, services, ...rest } = document;
  for (const [key, value] of Object.entries(rest)) await write(key, value, '', lines);
  for (const group of [features, services]) {
    if (typeof group !== 'object' || group === null || Array.isArray(group)) continue;
    for (const [name, value] of Object.entries(group)) {
      lines.add('', `## ${name}`, '');
      for (const [key, entry] of entriesOf(value)) await write(key, entry, '', lines);
    }
  }
  if (lines.isFull) lines.end(t('export.readable-cut'));
  const data = Buffer.from(`${lines.written.join('\n')}\n`, 'utf8');
  const file = { name: 'familiar-export.md', contentType: 'text/markdown; charset=utf-8', data };
  return { content: t('export.readable'), files: [file] };
}

class Lines {
  readonly written: string[] = [];
  isFull = false;
  readonly #most: number;
  #bytes = 0;
  #sinceTurn = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(...lines: string[]): void {
    for (const line of lines) {
      const bytes = Buffer.byteLength(line) + 1;
      this.isFull ||= this.#bytes + bytes > this.#most;
      if (this.isFull) return;
      this.written.push(line);
      this.#bytes += bytes;
      this.#sinceTurn += bytes;
    }
  }

  end(line: string): void {
    this.written.push('', line);
  }

  async turn(): Promise<void> {
    if (this.#sinceTurn < bytesAtOnce) return;
    this.#sinceTurn = 0;
    await yieldToOthers();
  }
}

const entriesOf = (value: Json): [string, Json][] =>
  Array.isArray(value)
    ? value.map((entry, index) => [String(index + 1), entry])
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [['', value]];

/** Writes a list item with its contents below it. People's texts are quoted, so they can't pass for an item. */
async function write(key: string, value: Json, indent: string, lines: Lines): Promise<void> {
  if (lines.isFull) return;
  await lines.turn();
  const label = `${indent}- **${key.replaceAll(/([A-Z])/g, ' $1').toLowerCase()}**:`;
  if (typeof value === 'object' && value !== null) {
    const entries = entriesOf(value);
    lines.add(entries.length === 0 ? `${label} –` : label);
    for (const [name, entry] of entries) await write(name, entry, `${indent}  `, lines);
  } else if (typeof value === 'string' && /[\n\r]/.test(value)) {
    lines.add(label, ...value.split(/\r\n|\r|\n/).map((line) => `${indent}  > ${line}`));
  } else {
    lines.add(`${label} ${value === null ? '–' : String(value)}`);
  }
}
