/**
 * What the bot and its image processes write to each other: four bytes of a mark, the length of a JSON head, the head,
 * then the files, whose sizes the head names.
 */
export interface Message {
  head: unknown;
  files: readonly Uint8Array[];
}

export interface WireLimits {
  /** Of all files of a message together. */
  fileBytes: number;
}

const MARK = 0x46494d31;
const PREFIX_BYTES = 8;
const MOST_HEAD_BYTES = 1_000_000;
const MOST_FILES = 1_000;
/** Small enough that copying one doesn't hold up anything. */
const PIECE_BYTES = 256 * 1024;

interface Head {
  head: unknown;
  sizes: number[];
}

/** The message in pieces of at most 256 kB, without copying the files. */
export function* piecesOf({ head, files }: Message): Generator<Uint8Array> {
  const json = Buffer.from(JSON.stringify({ head, sizes: files.map(({ length }) => length) } satisfies Head));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(MARK, 0);
  prefix.writeUInt32BE(json.length, 4);
  for (const part of [Buffer.concat([prefix, json]), ...files]) {
    for (let at = 0; at < part.length; at += PIECE_BYTES) yield part.subarray(at, at + PIECE_BYTES);
  }
}

/** Reads one message after the other out of chunks. Throws at the first byte that is not as agreed. */
export class MessageReader {
  limits: WireLimits;
  private target = Buffer.alloc(PREFIX_BYTES);
  private filled = 0;
  private state: 'prefix' | 'head' | 'files' = 'prefix';
  private head: unknown;
  private sizes: number[] = [];
  private files: Uint8Array[] = [];

  constructor(limits: WireLimits) {
    this.limits = limits;
  }

  /** The messages that end in this chunk. */
  push(chunk: Uint8Array): Message[] {
    const messages: Message[] = [];
    let at = 0;
    while (at < chunk.length) {
      const count = Math.min(this.target.length - this.filled, chunk.length - at);
      this.target.set(chunk.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
      while (this.filled === this.target.length && this.advance(messages));
    }
    return messages;
  }

  /** Goes on to the next part; false when it must be read first. */
  private advance(messages: Message[]): boolean {
    if (this.state === 'prefix') {
      if (this.target.readUInt32BE(0) !== MARK) throw new Error('not the mark of a message');
      const length = this.target.readUInt32BE(4);
      if (length === 0 || length > MOST_HEAD_BYTES) throw new Error(`a head of ${length} bytes`);
      this.expect('head', length);
      return false;
    }
    if (this.state === 'head') this.readHead();
    else this.files.push(this.target);
    const next = this.sizes[this.files.length];
    if (next !== undefined) {
      this.expect('files', next);
      return next === 0;
    }
    messages.push({ head: this.head, files: this.files });
    this.files = [];
    this.expect('prefix', PREFIX_BYTES);
    return false;
  }

  private readHead(): void {
    const { head, sizes } = JSON.parse(this.target.toString()) as Partial<Head>;
    if (!Array.isArray(sizes) || sizes.length > MOST_FILES) throw new Error('no sizes of files');
    const total = sizes.reduce((sum, size) => sum + (Number.isSafeInteger(size) && size >= 0 ? size : Infinity), 0);
    if (total > this.limits.fileBytes) throw new Error(`files of ${total} bytes`);
    this.head = head;
    this.sizes = sizes;
  }

  private expect(state: typeof this.state, bytes: number): void {
    this.state = state;
    this.target = Buffer.allocUnsafeSlow(bytes);
    this.filled = 0;
  }
}
