import { capitalise } from '../../../kernel/capitalise.ts';
import { isPicture, textOf } from '../messages.ts';
import type { ModelMessage } from '../messages.ts';

interface Said {
  /** As written before the text where several people talk; null elsewhere. */
  speaker: string | null;
  text: string;
}

/** What the demo understands of the messages it is given. */
export interface Conversation {
  question: Said;
  /** What the same person said before, oldest first. */
  earlier: Said[];
  hasPicture: boolean;
  /** What to call the person: as they asked to be called, else as the message names them. */
  name: string | null;
  /** What the person told about themselves, in their words turned around: `favourite colour` → `green`. */
  facts: ReadonlyMap<string, string>;
}

/** What a prompt tells beside what people said to the bot. */
const aside = /^\[(?:Overheard|Summary of )/;
/** Longer texts are not looked at: patterns must take bounded time whatever is pasted. */
const MOST_CHARACTERS = 4000;
const spokenBy = /^([^\s:][^\n:]{0,31}): /;
/** Before a colon these begin a request, also as the only message of a conversation. */
const notNames =
  /^(summari[sz]e|tl;?dr|sum up|explain|say|repeat|echo|write|translate|calculate|note|question|example|ps|think)\b/i;

export function readConversation(messages: readonly ModelMessage[]): Conversation {
  const fromPeople = messages
    .filter((message) => message.role === 'user')
    .map(textOf)
    .filter((text, index, all) => index === all.length - 1 || !aside.test(text));
  // A single "Note: …" is no speaker; where people are named, every message names one.
  const named = fromPeople.length > 0 && fromPeople.every((text) => spokenBy.test(text) && !notNames.test(text));
  const said = fromPeople.map((text) => split(text, named));
  const question = said.at(-1) ?? { speaker: null, text: '' };
  const earlier = said.slice(0, -1).filter((other) => other.speaker === question.speaker);
  const own = [...earlier, question];
  return {
    question,
    earlier,
    hasPicture: hasPicture(messages.findLast((message) => message.role === 'user')),
    name: own.map(({ text }) => readName(text)).findLast((name) => name !== undefined) ?? firstName(question.speaker),
    facts: new Map(own.flatMap(({ text }) => readFacts(text))),
  };
}

/** As a request says it that wants the rest of an answer. */
const wantsTheRest = /^Your answer was cut off\b/;

/** What was asked, and the part of the answer that has been given where its rest is wanted. */
export function readCut(messages: readonly ModelMessage[]): { asked: readonly ModelMessage[]; written: string } {
  const [answer, request] = messages.slice(-2);
  const isCut = answer?.role === 'assistant' && request?.role === 'user' && wantsTheRest.test(textOf(request));
  return isCut ? { asked: messages.slice(0, -2), written: textOf(answer) } : { asked: messages, written: '' };
}

function split(text: string, named: boolean): Said {
  const speaker = named ? (spokenBy.exec(text)?.[1] ?? null) : null;
  const rest = speaker === null ? text : text.slice(speaker.length + 2);
  return { speaker, text: rest.slice(0, MOST_CHARACTERS).trim() };
}

function hasPicture(message: ModelMessage | undefined): boolean {
  if (!message) return false;
  if (typeof message.content !== 'string' && message.content.some(isPicture)) return true;
  return textOf(message).includes('you cannot see pictures');
}

function firstName(speaker: string | null): string | null {
  return speaker?.split(/\s/)[0] ?? null;
}

/** The name in "my name is Ada", "call me Ada", "I am called Ada". */
export function readName(text: string): string | undefined {
  const found = /\b(?:my name(?:'s| is)|call me|i(?:'m| am) called)\s+([\p{L}\p{M}][\p{L}\p{M}'’-]{0,31})/iu.exec(
    text,
  )?.[1];
  return found && capitalise(found);
}

const ownFact =
  /\bmy ((?:favou?rite )?[\p{L}]{2,20}(?: [\p{L}]{2,20})?) (?:is|are) (?:called |named )?([^.!?\n]{1,80})/iu;
const statements: readonly (readonly [pattern: RegExp, key: string])[] = [
  [/\bi live in ([^.!?,\n]{1,60})/i, 'home'],
  [/\bi work (?:as|at|for) ([^.!?,\n]{1,60})/i, 'work'],
  [/\bi (?:really )?(?:like|love|enjoy) ([^.!?\n]{1,80})/i, 'likes'],
  [/\bi have ((?:an?|two|three|\d+) [^.!?,\n]{1,60})/i, 'has'],
];

/** What a statement tells about its author. Questions tell nothing. */
export function readFacts(text: string): [key: string, value: string][] {
  if (text.endsWith('?') || /^(what|who|where|when|do|does|is|can)\b/i.test(text)) return [];
  const own = ownFact.exec(text);
  const facts: [string, string][] = [];
  if (own?.[1] && own[2] && !/^name$/i.test(own[1])) facts.push([normalKey(own[1]), own[2].trim()]);
  for (const [pattern, key] of statements) {
    const value = pattern.exec(text)?.[1];
    if (value) facts.push([key, value.trim()]);
  }
  return facts;
}

export function normalKey(words: string): string {
  return words.toLowerCase().replace('favorite', 'favourite').trim();
}
