/**
 * The words of a scripted conversation. Every message contains a unique number, so it is recognised wherever it
 * appears: `q00017` is a member's text, `a00017` the model's answer to it.
 */

const digits = (number: number): string => String(number).padStart(5, '0');
const questionMark = (number: number): string => `q${digits(number)}`;
const answerMark = (number: number): string => `a${digits(number)}`;

/** What a person writes. Some of it is longer than a line. */
/** The number of the question in the model's last message: unanswered messages come before it, quotes after it. */
export function askedIn(userText: string): number | undefined {
  const parts = userText.split('\n\n').filter((part) => !part.startsWith('['));
  return parts.map((part) => marksIn(part).said[0]).findLast((number) => number !== undefined);
}

export function saidText(number: number): string {
  const more = number % 7 === 0 ? `\nand a second line about ${questionMark(number)}` : '';
  return `what about ${questionMark(number)} then?${more}`;
}

/** Every so many answers are longer than one Discord message. */
const LONG_EVERY = 19;
const LONG_LINES = 60;

const isLong = (number: number): boolean => number % LONG_EVERY === 0;

/** The model's answer: each line contains the mark, so no part can be mistaken for another answer's. */
export function answerText(number: number): string {
  const line = (index: number) => `${answerMark(number)} is answered in line ${index} of this answer`;
  const lines = isLong(number) ? LONG_LINES : 1 + (number % 3);
  return Array.from({ length: lines }, (_, index) => line(index + 1)).join('\n');
}

interface Marks {
  /** Numbers of what people wrote. */
  said: number[];
  /** Numbers of what was answered. */
  answered: number[];
}

/** The numbers in a text, in order, with repetitions. */
export function marksIn(text: string): Marks {
  const found = [...text.matchAll(/\b([qa])(\d{5})\b/g)];
  const of = (kind: string) => found.filter(([, mark]) => mark === kind).map(([, , number]) => Number(number));
  return { said: of('q'), answered: of('a') };
}
