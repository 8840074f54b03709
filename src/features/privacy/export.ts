import { yieldToOthers } from '../../kernel/batches.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { OutgoingMessage, Translate } from '../../sdk/index.ts';

/** Below Discord's limit of 10 MiB per file, with room for the multipart request. */
const partBytes = 9 * 1024 * 1024;
/** Beyond these, list entries are left out. */
const mostParts = 3;
/** Written before yielding to the event loop. */
const bytesAtOnce = 256 * 1024;
const name = 'familiar-export.json';

interface Bounds {
  partBytes: number;
  mostParts: number;
}

/** The document as a file, or as parts to be joined in order; says what was cut. */
export async function exportFiles(
  document: JsonObject,
  t: Translate,
  bounds: Bounds = { partBytes, mostParts },
): Promise<OutgoingMessage[]> {
  const pages = new Pages(bounds.partBytes * bounds.mostParts);
  await write(document, '', pages);
  pages.add('\n');
  const bytes = Buffer.concat(pages.pieces);
  const count = Math.ceil(bytes.length / bounds.partBytes);
  const cut = pages.isCut || isCut(document) ? `\n${t('export.cut')}` : '';
  if (count === 1) return [{ content: t('export.done') + cut, files: [fileOf(name, bytes)] }];
  return Array.from({ length: count }, (_, index) => ({
    content: t('export.part', { number: index + 1, count }) + (index === count - 1 ? cut : ''),
    files: [fileOf(`${name}.${index + 1}`, bytes.subarray(index * bounds.partBytes, (index + 1) * bounds.partBytes))],
  }));
}

const fileOf = (fileName: string, data: Uint8Array) => ({ name: fileName, contentType: 'application/json', data });

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A feature sets `cut` when it left something out itself. */
function isCut({ features }: JsonObject): boolean {
  return isObject(features) && Object.values(features).some((one) => isObject(one) && one['cut'] === true);
}

/** The text written so far, in parts. */
class Pages {
  readonly pieces: Buffer[] = [];
  isCut = false;
  readonly #mostBytes: number;
  #bytes = 0;
  #sinceTurn = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  add(text: string): void {
    const piece = Buffer.from(text, 'utf8');
    this.pieces.push(piece);
    this.#bytes += piece.length;
    this.#sinceTurn += piece.length;
  }

  /** Whether another list entry fits. */
  hasRoomFor(text: string): boolean {
    const hasRoom = this.#bytes + Buffer.byteLength(text) <= this.#mostBytes;
    if (!hasRoom) this.isCut = true;
    return hasRoom;
  }

  async turn(): Promise<void> {
    if (this.#sinceTurn < bytesAtOnce) return;
    this.#sinceTurn = 0;
    await yieldToOthers();
  }
}

/** Writes JSON indented by two, valid also when entries are left out. */
async function write(value: Json, indent: string, pages: Pages): Promise<void> {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    let separator = '[\n';
    for (const entry of value) {
      const text = `${inner}${JSON.stringify(entry, null, 2).replaceAll('\n', `\n${inner}`)}`;
      if (!pages.hasRoomFor(text)) break;
      pages.add(separator + text);
      separator = ',\n';
      await pages.turn();
    }
    pages.add(separator === '[\n' ? '[]' : `\n${indent}]`);
  } else if (isObject(value) && Object.keys(value).length > 0) {
    let separator = '{\n';
    for (const [key, entry] of Object.entries(value)) {
      pages.add(`${separator}${inner}${JSON.stringify(key)}: `);
      await write(entry, inner, pages);
      separator = ',\n';
    }
    pages.add(`\n${indent}}`);
  } else {
    pages.add(JSON.stringify(value));
  }
}
