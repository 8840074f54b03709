/** Whether the end of a Markdown text is within code: a fence, or a span that is open on its line. Takes the text in pieces. */
export class CodeSpans {
  /** The character of the open fence. */
  #fence: string | undefined;
  /** The beginning of the present line, as far as a fence may stand there. */
  #lineStart = '';
  #isFenceLine = false;
  #ticks = 0;

  get within(): boolean {
    return this.#fence !== undefined || this.#isFenceLine || this.#ticks % 2 === 1;
  }

  take(text: string): void {
    for (const character of text) {
      if (character === '\n') {
        this.#lineStart = '';
        this.#isFenceLine = false;
        this.#ticks = 0;
        continue;
      }
      if (this.#lineStart.length < 6) this.#meetFence(character);
      if (character === '`' && !this.#isFenceLine) this.#ticks += 1;
    }
  }

  #meetFence(character: string): void {
    this.#lineStart += character;
    const mark = /^ {0,3}(```|~~~)$/.exec(this.#lineStart)?.[1]?.[0];
    if (mark === undefined) return;
    this.#isFenceLine = true;
    this.#ticks = 0;
    if (this.#fence === undefined) this.#fence = mark;
    else if (this.#fence === mark) this.#fence = undefined;
  }
}
