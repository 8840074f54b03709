/**
 * The words of a scripted conversation. Every message carries a number that nothing else carries, so that it is known
 * wherever it turns up: `q00017` is what a person wrote, `a00017` is what a model answers to it.
 */

const digits = (number: number): string => String(number).padStart(5, '0');
const questionMark = (number: number): string => `q${digits(number)}`;
const answerMark = (number: number): string => `a${digits(number)}`;

/** What a person writes. Some of it is longer than a line. */
/** The number of the question in what a model is asked last: what nobody answered yet stands before it, quotes after it. */
export function askedIn(userText: string): number | undefined {
  const parts = userText.split('\n\n').filter((part) => !part.startsWith('['));
  return parts.map((part) => marksIn(part).said[0]).findLast((number) => number !== undefined);
}

export function saidText(number: number): string {
  const more = number % 7 === 0 ? `\nand a second line about ${questionMark(number)}` : '';
  return `what about ${questionMark(number)} then?${more}`;
}

/** Every so many answers are longer than one message of Discord may be. */
const LONG_EVERY = 19;
const LONG_LINES = 60;

const isLong = (number: number): boolean => number % LONG_EVERY === 0;

/** What a model answers: each line carries the mark, so that no part of it can be taken for another's. */
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

/** The numbers in a text, each as often as it is there, in their order. */
export function marksIn(text: string): Marks {
  const found = [...text.matchAll(/\b([qa])(\d{5})\b/g)];
  const of = (kind: string) => found.filter(([, mark]) => mark === kind).map(([, , number]) => Number(number));
  return { said: of('q'), answered: of('a') };
}
