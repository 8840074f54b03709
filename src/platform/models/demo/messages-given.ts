import { textOf } from '../messages.ts';
import type { ModelMessage } from '../messages.ts';
import { texts } from './texts.ts';

/** Before messages to be summarised, a line each: `Name: words`. */
const summaryMarker = '\n\n[The messages:]\n';
/** Before the message that a question is about, quoted. */
const replyMarker = '\n\n[In reply to:]\n';
const wantsExplanation = /^(?:[^\n:]{1,32}: )?explain this message\b/i;

const mostQuoted = 5;
const mostCharacters = 100;

/** The answer to "Explain" and "Summarise from here": an extract of what came along; undefined for other questions. */
export function extractOf(messages: readonly ModelMessage[]): string | undefined {
  const question = messages.findLast((message) => message.role === 'user');
  const text = question === undefined ? '' : textOf(question);
  const at = text.indexOf(summaryMarker);
  if (at >= 0) return summary(text.slice(at + summaryMarker.length));
  return wantsExplanation.test(text) ? explanation(text) : undefined;
}

interface Line {
  name: string;
  words: string;
}

function readLine(line: string): Line | undefined {
  const at = line.indexOf(': ');
  return at < 1 ? undefined : { name: line.slice(0, at), words: line.slice(at + 2).trim() };
}

function summary(material: string): string {
  const lines = material.split('\n').map(readLine);
  const said = lines.filter((line) => line !== undefined);
  if (said.length === 0) return texts.nothingToSummarise;
  const counts = new Map<string, number>();
  for (const { name } of said) counts.set(name, (counts.get(name) ?? 0) + 1);
  return texts.extract([...counts], said.slice(0, mostQuoted).map(shortened), said.length > mostQuoted);
}

function explanation(text: string): string {
  const at = text.indexOf(replyMarker);
  const quoted = at < 0 ? '' : text.slice(at + replyMarker.length);
  const lines = quoted.split('\n').filter((line) => line.startsWith('> '));
  // Of a chain of replies, the message itself comes last; its further lines name nobody.
  const last = lines.findLastIndex((line) => readLine(line.slice(2)) !== undefined);
  const first = readLine(lines[last]?.slice(2) ?? '');
  if (!first) return texts.nothingToExplain;
  const rest = lines.slice(last + 1).map((line) => line.slice(2));
  return texts.aboutMessage(shortened({ name: first.name, words: [first.words, ...rest].join(' ') }));
}

function shortened({ name, words }: Line): Line {
  const line = words.replaceAll(/\s+/g, ' ');
  return { name, words: line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters - 1)}…` };
}
