const OPEN = '<think>';
const CLOSE = '</think>';

/** A piece of what a model says aloud or to itself. */
export interface Said {
  type: 'text' | 'reasoning';
  text: string;
}

/**
 * Tells thoughts from the text that they come in: local servers pass on what a model writes, and many models write
 * `<think>…</think>` before they answer. Only there: further down the tag is what somebody asked about. Holds back no
 * more than could be the beginning of a tag, and white space around thoughts.
 */
export class ThinkTags {
  #state: 'silent' | 'thinking' | 'answering' = 'silent';
  #thought = false;
  /** Nothing of the present thought has been said yet. */
  #opens = false;
  #held = '';

  /** What can be told by now, with the next piece of the stream. */
  take(piece: string): Said[] {
    this.#held += piece;
    const said: Said[] = [];
    if (this.#state === 'silent') this.#begin();
    // Another thought may follow a thought.
    while (this.#state === 'thinking') {
      said.push(...this.#think());
      if (this.#state === 'thinking') break;
      this.#begin();
    }
    if (this.#state === 'answering') said.push(...this.#say('text', this.#held.length));
    return said;
  }

  /** What was held back, at the end of the stream. */
  end(): Said[] {
    return this.#state === 'thinking'
      ? this.#say('reasoning', this.#held.trimEnd().length)
      : this.#say('text', this.#held.length);
  }

  #begin(): void {
    const begun = this.#held.trimStart();
    if (begun.startsWith(OPEN)) {
      this.#state = 'thinking';
      this.#thought = true;
      this.#opens = true;
      this.#held = begun.slice(OPEN.length);
      return;
    }
    if (this.#thought) this.#held = begun;
    if (!OPEN.startsWith(begun)) this.#state = 'answering';
  }

  #think(): Said[] {
    if (this.#opens) this.#held = this.#held.trimStart();
    this.#opens &&= this.#held === '';
    const end = this.#held.indexOf(CLOSE);
    if (end < 0) {
      const sure = this.#held.slice(0, this.#held.length - possibleTag(this.#held));
      return this.#say('reasoning', sure.trimEnd().length);
    }
    const said = this.#say('reasoning', this.#held.slice(0, end).trimEnd().length);
    this.#held = this.#held.slice(this.#held.indexOf(CLOSE) + CLOSE.length);
    this.#state = 'silent';
    return said;
  }

  #say(type: Said['type'], length: number): Said[] {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return text === '' ? [] : [{ type, text }];
  }
}

/** How many characters at the end may turn out to begin the closing tag. */
function possibleTag(text: string): number {
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length -= 1) {
    if (CLOSE.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
