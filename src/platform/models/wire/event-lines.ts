import { parseJson } from '../failure.ts';

/** Far above any real event: a whole answer of 128,000 tokens in one line has about 0.6 million characters. */
export const MOST_LINE_CHARACTERS = 2_000_000;

export type Frame =
  /** `event` is the name that the server gave it, if any. */
  | { kind: 'json'; event: string | undefined; value: unknown }
  | { kind: 'done' }
  /** Carries nothing: a ping, a comment, empty or unreadable data that isn't JSON. */
  | { kind: 'alive' }
  /** JSON that breaks off or isn't valid. */
  | { kind: 'broken' };

/** A line or an event is longer than any real one. */
export class LineTooLong extends Error {}

/**
 * Reads server-sent events as servers write them: any kind of line end, events that no blank line separates or ends,
 * JSON lines without `data:`, pings of all kinds. An event on one line is told at once. Holds no more than
 * so many characters of a line and reads each character a bounded number of times.
 */
export class EventLines {
  #rest = '';
  #afterReturn = false;
  #event: string | undefined;
  /** Lines of an event whose first line alone isn't JSON. */
  #pending: string[] = [];
  #pendingLength = 0;
  readonly #mostCharacters: number;

  constructor(mostCharacters = MOST_LINE_CHARACTERS) {
    this.#mostCharacters = mostCharacters;
  }

  push(piece: string): Frame[] {
    const frames: Frame[] = [];
    let start = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const code = piece.charCodeAt(at);
      const isFeed = code === 10;
      if (isFeed && this.#afterReturn && at === start && this.#rest === '') {
        start = at + 1;
      } else if (isFeed || code === 13) {
        this.#line(this.#rest + piece.slice(start, at), frames);
        this.#rest = '';
        start = at + 1;
      }
      this.#afterReturn = code === 13;
    }
    this.#rest += piece.slice(start);
    if (this.#rest.length > this.#mostCharacters) throw new LineTooLong();
    return frames;
  }

  /** What the end of the stream completes. */
  end(): Frame[] {
    const frames: Frame[] = [];
    if (this.#rest !== '') this.#line(this.#rest, frames);
    this.#rest = '';
    this.#flush(frames);
    return frames;
  }

  #line(line: string, frames: Frame[]): void {
    if (line === '') {
      this.#flush(frames);
      this.#event = undefined;
      return;
    }
    if (line.startsWith('{') || line.startsWith('[')) return this.#data(line, frames);
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).trim();
    if (field === 'data') this.#data(withoutRepeatedField(value), frames);
    else if (field === 'event') this.#event = value.slice(0, 100);
    else frames.push({ kind: 'alive' });
  }

  #data(text: string, frames: Frame[]): void {
    if (this.#pending.length === 0) {
      const frame = this.#read(text);
      if (frame) return void frames.push(frame);
    }
    this.#pending.push(text);
    this.#pendingLength += text.length + 1;
    if (this.#pendingLength > this.#mostCharacters) throw new LineTooLong();
  }

  /** Undefined for what may be the first line of an event of several. */
  #read(text: string): Frame | undefined {
    if (/^\[?done\]?$/i.test(text)) return { kind: 'done' };
    if (!text.startsWith('{') && !text.startsWith('[')) return { kind: 'alive' };
    const value = parseJson(text);
    return value === undefined ? undefined : { kind: 'json', event: this.#event, value };
  }

  #flush(frames: Frame[]): void {
    const lines = this.#pending;
    if (lines.length === 0) return;
    this.#pending = [];
    this.#pendingLength = 0;
    const together = lines.length > 1 ? this.#read(lines.join('\n')) : undefined;
    if (together) return void frames.push(together);
    for (const line of lines) frames.push(this.#read(line) ?? { kind: 'broken' });
  }
}

/** Some gateways wrap lines that are wrapped already. */
function withoutRepeatedField(value: string): string {
  return value.startsWith('data:') ? value.slice(5).trim() : value;
}
