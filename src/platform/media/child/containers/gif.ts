import { latin1, noteWithin } from './container.ts';
import type { Container } from './container.ts';

const BLOCK = { extension: 0x21, image: 0x2c, trailer: 0x3b };
const EXTENSION = { control: 0xf9, comment: 0xfe, application: 0xff };

interface Block {
  start: number;
  end: number;
  isKept: boolean;
  isComment: boolean;
}

export function readGif(file: Uint8Array): Container {
  const { head, blocks, end } = blocksOf(file);
  const kept = blocks.filter(({ isKept }) => isKept);
  const notes = blocks
    .filter(({ isComment }) => isComment)
    .flatMap(({ start, end: last }) => noteWithin(Buffer.from(textOf(file, start + 2, last), 'latin1')) ?? []);
  return {
    isClean: kept.length === blocks.length && end === file.length,
    hasProfile: false,
    ...(notes[0] !== undefined && { note: notes[0] }),
    write: (text) =>
      Buffer.concat([
        file.subarray(0, head),
        ...(text === undefined ? [] : [commentOf(text)]),
        ...kept.map(({ start, end: last }) => file.subarray(start, last)),
        Buffer.from([BLOCK.trailer]),
      ]),
  };
}

const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

function blocksOf(file: Uint8Array): { head: number; blocks: Block[]; end: number } {
  const head = 13 + tableBytes(file[10] ?? 0);
  const blocks: Block[] = [];
  let at = head;
  while (at < file.length) {
    const start = at;
    const kind = file[at];
    if (kind === BLOCK.trailer) return { head, blocks, end: at + 1 };
    const label = file[at + 1] ?? 0;
    if (kind === BLOCK.image) at = afterSubBlocks(file, at + 11 + tableBytes(file[at + 9] ?? 0));
    else if (kind === BLOCK.extension) at = afterSubBlocks(file, at + 2);
    else break;
    const isLoop = label === EXTENSION.application && latin1(file.subarray(start + 3, start + 11)) === 'NETSCAPE';
    const isKept = kind === BLOCK.image || label === EXTENSION.control || isLoop;
    blocks.push({ start, end: at, isKept, isComment: kind === BLOCK.extension && label === EXTENSION.comment });
  }
  return { head, blocks, end: file.length };
}

function afterSubBlocks(file: Uint8Array, from: number): number {
  let at = from;
  while (at < file.length && file[at] !== 0) at += 1 + (file[at] ?? 0);
  return Math.min(at + 1, file.length);
}

function textOf(file: Uint8Array, from: number, end: number): string {
  let text = '';
  for (let at = from; at < end && file[at] !== 0; at += 1 + (file[at] ?? 0)) {
    text += latin1(file.subarray(at + 1, at + 1 + (file[at] ?? 0)));
  }
  return text;
}

function commentOf(note: string): Buffer {
  const text = Buffer.from(note, 'latin1');
  const parts = [Buffer.from([BLOCK.extension, EXTENSION.comment])];
  for (let at = 0; at < text.length; at += 255) {
    const part = text.subarray(at, at + 255);
    parts.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}
