import { heldBack } from './held-back.ts';
import type { Said } from './said.ts';

const markers = ['<|start|>', '<|channel|>', '<|message|>', '<|end|>', '<|return|>', '<|call|>'];
const anyMarker = /<\|(?:start|channel|message|end|return|call)\|>/;

/**
 * Tells the channels of OpenAI's harmony format apart, for servers that pass on what gpt-oss writes:
 * `<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…<|return|>`. What is said on a channel
 * other than `final` is reasoning; a message without a channel is the answer (github.com/openai/harmony).
 */
export class HarmonyChannels {
  /** Of the message that is being read; undefined in its body. */
  #header: string | undefined = '';
  #type: 'text' | 'reasoning' = 'reasoning';
  /** Nothing of this message has been said yet. */
  #opens = true;
  #held = '';

  take(piece: string): Said[] {
    this.#held += piece;
    const said: Said[] = [];
    for (let found = anyMarker.exec(this.#held); found; found = anyMarker.exec(this.#held)) {
      this.#say(this.#held.slice(0, found.index), said);
      this.#held = this.#held.slice(found.index + found[0].length);
      this.#meet(found[0]);
    }
    const sure = this.#held.length - heldBack(this.#held, markers);
    this.#say(this.#held.slice(0, sure), said);
    this.#held = this.#held.slice(sure);
    return said;
  }

  end(): Said[] {
    const said: Said[] = [];
    this.#say(this.#held, said);
    this.#held = '';
    return said;
  }

  #meet(marker: string): void {
    if (marker === '<|message|>') {
      const header = this.#header ?? '';
      this.#type = header.includes('<|channel|>') && !/<\|channel\|>\s*final/.test(header) ? 'reasoning' : 'text';
      this.#header = undefined;
      this.#opens = true;
    } else {
      this.#header = marker === '<|channel|>' ? `${this.#header ?? ''}${marker}` : '';
    }
  }

  #say(text: string, said: Said[]): void {
    if (this.#header !== undefined) {
      // A header names a role, a channel and a recipient.
      this.#header = (this.#header + text).slice(0, 200);
      return;
    }
    const told = this.#opens ? text.trimStart() : text;
    if (told === '') return;
    this.#opens = false;
    said.push({ type: this.#type, text: told });
  }
}
