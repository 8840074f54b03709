import type { Json } from '../../kernel/json.ts';
import type { OutgoingMessage, Translate } from '../../sdk/index.ts';

/** Below the 10 MiB that Discord takes of a file, with room for what surrounds it on its way. */
const partBytes = 9 * 1024 * 1024;
const name = 'familiar-export.json';

/** The document as a file to read, or as parts that make one when they are put together in order. */
export function exportFiles(document: Json, t: Translate, mostBytes = partBytes): OutgoingMessage[] {
  const bytes = Buffer.from(`${JSON.stringify(document, null, 2)}\n`, 'utf8');
  const count = Math.ceil(bytes.length / mostBytes);
  if (count === 1) return [{ content: t('export.done'), files: [fileOf(name, bytes)] }];
  return Array.from({ length: count }, (_, index) => ({
    content: t('export.part', { number: index + 1, count }),
    files: [fileOf(`${name}.${index + 1}`, bytes.subarray(index * mostBytes, (index + 1) * mostBytes))],
  }));
}

const fileOf = (fileName: string, data: Uint8Array) => ({ name: fileName, contentType: 'application/json', data });
