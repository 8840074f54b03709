import { capitalise } from '../../../kernel/capitalise.ts';
import { textOf } from '../messages.ts';
import type { ModelMessage } from '../messages.ts';

const wantsTitle = /^write a title\b/i;
const wantsSummary = /^write a summary\b/i;
const titleWords = 6;
/** What a request begins with before it comes to what it is about. */
const opening =
  /^(?:please |can you |could you |would you )*(?:tell me (?:more )?about|explain(?: to me)?|describe|teach me(?: about)?|show me|write(?: me)?|what(?:'s| is| are)|who(?:'s| is)|how (?:do|can) i)\s+(?:an? |the |some )?/i;

/** What the bot has a model do beside answering people, told by the instructions it gives; undefined for an answer. */
export function errand(messages: readonly ModelMessage[]): string | undefined {
  const [instructions, ...rest] = messages;
  if (instructions?.role !== 'system') return undefined;
  const material = rest.map(textOf).join('\n');
  if (wantsTitle.test(textOf(instructions))) return title(material);
  return wantsSummary.test(textOf(instructions)) ? summary(material) : undefined;
}

/** Of long talks, so much is noted. */
const mostNoted = 12;
const mostOfEach = 100;

/** Who said what, a line each, of material that is a JSON object a line; what was noted before comes first. */
function summary(material: string): string {
  const lines = material.split('\n').flatMap((line) => {
    const { summary: before, from, text } = readObject(line);
    if (typeof before === 'string') return before.split('\n');
    if (typeof from !== 'string' || typeof text !== 'string') return [];
    const words = text.replaceAll(/\s+/g, ' ').trim();
    return [`- ${from}: ${words.length > mostOfEach ? `${words.slice(0, mostOfEach - 1)}…` : words}`];
  });
  return lines.slice(-mostNoted).join('\n');
}

function readObject(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The first words of what a request is about. */
function title(request: string): string {
  const words = request.replace(opening, '').split(/\s+/).slice(0, titleWords).join(' ');
  const plain = words.replace(/[^\p{L}\p{N})]+$/u, '');
  return capitalise(plain);
}
