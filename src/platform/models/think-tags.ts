import { CodeSpans } from './code-spans.ts';
import { HarmonyChannels } from './harmony.ts';
import { heldBack } from './held-back.ts';
import type { Said } from './said.ts';

interface Form {
  open: string;
  close: string;
  closing: RegExp;
}

const escaped = (tag: string): string => tag.replace(/[[\]|]/g, String.raw`\$&`);
const form = (open: string, close: string): Form => ({ open, close, closing: new RegExp(escaped(close), 'i') });

const names = ['think', 'thinking', 'thought', 'thoughts', 'reasoning', 'antthinking', 'seed:think'];

/** How models mark their thoughts, in lower case: DeepSeek, Qwen, Claude when asked to, Kimi, Magistral, Sky-T1, Command A, Gemma. */
const forms: readonly Form[] = [
  ...names.map((name) => form(`<${name}>`, `</${name}>`)),
  form('◁think▷', '◁/think▷'),
  form('[think]', '[/think]'),
  form('<|begin_of_thought|>', '<|end_of_thought|>'),
  form('<|start_thinking|>', '<|end_thinking|>'),
  form('<|channel>thought', '<channel|>'),
];
/** What is left of harmony's channels where a server drops the markers; a capital or a quote follows without a blank. */
const bareChannels = form('analysis', 'assistantfinal');
const bareBegin = /^analysis["'“A-Z]/;
const harmonyTags = ['<|start|>assistant', '<|channel|>'];
const beginnings = [...forms.map(({ open }) => open), ...harmonyTags, bareChannels.open];
const tags = [...forms.flatMap(({ open, close }) => [open, close]), ...harmonyTags];
const anyTag = new RegExp(tags.map(escaped).join('|'), 'i');
const LONGEST_TAG = Math.max(...tags.map(({ length }) => length));
const quote = /["'`“”„«»‘’]/;

/** Of what is held back, no more than a few hundred characters matter: a tag, and the white space before it. */
const lastBlanks = (held: string): string => held.slice(-300);

/**
 * Tells thoughts from the text that they come in: servers pass on what a model writes, and many models write their thoughts
 * before they answer, between tags. Tags count where they are meant: at the beginning, on a line of their own, or, for one
 * that closes what the prompt has opened, after the thoughts. Further down, in code, in quotes or in a sentence, the tag is
 * what somebody asked about. Holds back no more than could be a tag, and white space around thoughts.
 */
export class ThinkTags {
  #state: 'silent' | 'thinking' | 'answering' = 'silent';
  #form: Form = bareChannels;
  #thought = false;
  /** Nothing of the present thought has been said yet. */
  #opens = false;
  #held = '';
  #harmony: HarmonyChannels | undefined;
  readonly #code = new CodeSpans();
  /** The last character of the text so far; a line break before the first. */
  #last = '\n';
  /** Text has been said that would have to be taken back. */
  #spoke = false;
  /** It turned out to be thoughts: it is taken back when the answer begins, or else stays the answer. */
  #resets = false;
  /** An opening tag stands in the text, so that a closing one belongs to it. */
  #mentioned = false;

  /** What can be told by now, with the next piece of the stream. */
  take(piece: string): Said[] {
    return this.#read(piece, false);
  }

  /** What was held back, at the end of the stream. */
  end(): Said[] {
    return this.#read('', true);
  }

  #read(piece: string, ends: boolean): Said[] {
    this.#held += piece;
    const said: Said[] = [];
    let moves = true;
    while (moves && !this.#harmony) {
      if (this.#state === 'silent') moves = this.#begin(ends);
      else if (this.#state === 'thinking') moves = this.#think(said, ends);
      else moves = this.#answer(said, ends);
    }
    if (this.#harmony) {
      const channels = this.#harmony.take(this.#held);
      this.#held = '';
      for (const one of [...channels, ...(ends ? this.#harmony.end() : [])]) this.#tell(one, said);
    }
    return said;
  }

  /** Whether there is more to read: each step says so. */
  #begin(ends: boolean): boolean {
    const begun = this.#held.trimStart();
    const lower = begun.slice(0, LONGEST_TAG + 1).toLowerCase();
    const begins =
      forms.find(({ open }) => lower.startsWith(open)) ?? (bareBegin.test(begun) ? bareChannels : undefined);
    if (begins) {
      this.#enter(begins, begun.slice(begins.open.length));
      return true;
    }
    if (harmonyTags.some((tag) => lower.startsWith(tag))) {
      this.#harmony = new HarmonyChannels();
      this.#held = begun;
      return true;
    }
    if (!ends && beginnings.some((tag) => tag.startsWith(lower))) {
      this.#held = lastBlanks(this.#held);
      return false;
    }
    // What was said before a closing tag is the answer when nothing comes after it.
    if (this.#thought || this.#resets) this.#held = begun;
    if (begun === '' && this.#resets) return false;
    this.#state = 'answering';
    return true;
  }

  #enter(form: Form, rest: string): void {
    this.#state = 'thinking';
    this.#form = form;
    this.#thought = true;
    this.#opens = true;
    this.#held = rest;
  }

  #think(said: Said[], ends: boolean): boolean {
    if (this.#opens) this.#held = this.#held.trimStart();
    this.#opens &&= this.#held === '';
    const { close, closing } = this.#form;
    const at = this.#held.search(closing);
    const sure = at >= 0 ? at : this.#held.length - (ends ? 0 : heldBack(this.#held, [close]));
    const thought = this.#held.slice(0, sure).trimEnd();
    if (thought !== '') said.push({ type: 'reasoning', text: thought });
    if (at < 0) {
      this.#held = ends ? '' : lastBlanks(this.#held.slice(thought.length));
      return false;
    }
    this.#held = this.#held.slice(at + close.length);
    this.#state = 'silent';
    return true;
  }

  /** Says the text up to the next tag that is meant. */
  #answer(said: Said[], ends: boolean): boolean {
    const found = anyTag.exec(this.#held);
    if (!found) {
      this.#speak(this.#held.length - (ends ? 0 : heldBack(this.#held, tags)), said);
      return false;
    }
    const [tag] = found;
    const next = this.#held[found.index + tag.length];
    this.#speak(found.index, said);
    // Whether a tag is meant shows in what follows it.
    if (next === undefined && !ends) return false;
    const lower = tag.toLowerCase();
    const opened = forms.find(({ open }) => lower === open);
    if (!this.#isMeant(opened !== undefined, next)) {
      this.#mentioned ||= opened !== undefined;
      this.#speak(tag.length, said);
      return true;
    }
    if (opened) {
      this.#enter(opened, this.#held.slice(tag.length));
      return true;
    }
    this.#resets ||= this.#spoke;
    this.#thought = true;
    this.#state = 'silent';
    if (!harmonyTags.includes(lower)) this.#held = this.#held.slice(tag.length);
    return true;
  }

  #isMeant(opens: boolean, next = '\n'): boolean {
    const last = this.#last;
    if (this.#code.within || quote.test(last) || quote.test(next)) return false;
    if (opens) return last === '\n' && next === '\n';
    return !this.#mentioned && !(last === ' ' && /[ .,;:!?)]/.test(next));
  }

  #speak(length: number, said: Said[]): void {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (text !== '') this.#tell({ type: 'text', text }, said);
  }

  #tell(one: Said, said: Said[]): void {
    if (one.type === 'text') {
      if (this.#resets) said.push({ type: 'reset' });
      this.#resets = false;
      this.#spoke ||= one.text.trim() !== '';
      this.#last = one.text.at(-1) ?? this.#last;
      this.#code.take(one.text);
    }
    said.push(one);
  }
}
