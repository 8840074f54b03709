import { calculate } from './arithmetic.ts';
import { normalKey, readFacts, readName } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import { texts } from './texts.ts';

type Answer = (conversation: Conversation, match: RegExpExecArray, nowMs: number) => string | undefined;

/** Quotations of what people wrote are cut to this many characters. */
const MOST_QUOTED = 200;

/** In order: the first rule whose pattern matches and that has something to say answers. */
const rules: readonly (readonly [pattern: RegExp, answer: Answer])[] = [
  [
    /\b(connect|use|add|set ?up|configure|get) (a |another |the |an )?(real |better |actual |other )?(ai |language )?(model|provider|llm|api key)\b|\b(real model|api key|\.env)\b/i,
    () => texts.connect,
  ],
  [
    /\bwhat (did|have) i (just )?(say|said|ask|asked|tell|told|write|written)\b|\bdo you remember what i\b/i,
    (conversation) => saidBefore(conversation),
  ],
  [
    /\bwhat('s| is) my name\b|\bwho am i\b|\b(remember|know) my name\b/i,
    ({ name }) => (name === null ? texts.nameUnknown : texts.nameKnown(name)),
  ],
  [/\bwhat do you (know|remember) about me\b/i, (conversation) => everythingKnown(conversation)],
  [
    /\b(?:what|who|which)(?:'s| is| are) my ([\p{L} ]{2,40})/iu,
    ({ facts }, match) => factKnown(facts, normalKey(match[1] ?? '')),
  ],
  [/\bwhere do i (live|work)\b/i, ({ facts }, match) => factKnown(facts, match[1] === 'live' ? 'home' : 'work')],
  [
    /\bwhat do i (like|love|enjoy|have)\b/i,
    ({ facts }, match) => factKnown(facts, match[1] === 'have' ? 'has' : 'likes'),
  ],
  [/^/, (_, match) => sum(match.input)],
  [
    /\bwhat can you do\b|\bwho are you\b|\bwhat are you\b|\bwhat is familiar\b|^help\b|\byour (abilities|features)\b/i,
    () => texts.abilities,
  ],
  [/\b(table|spreadsheet)\b/i, () => texts.table],
  [/\bmarkdown\b|\bformatting\b/i, () => texts.markdown],
  [
    /\b(code|program|script|function|snippet|write|example|hello world)\b.*?\b(python|javascript|js|typescript|ts|rust|go|golang|java|c\+\+|cpp|c#|csharp|c|bash|shell|sql|html|php|ruby|kotlin|swift|haskell|lua)(?![\w+#])/i,
    (_, match) => code(match[2]),
  ],
  [
    /\b(python|javascript|typescript|rust|golang|java|c\+\+|c|bash|sql|html)(?![\w+#]).*\b(code|program|script|function|snippet|example)\b/i,
    (_, match) => code(match[1]),
  ],
  // Names that are words of their own ("go", "c", "shell", "swift") need one of the nouns above.
  [
    /\b(?:show|give|see|some)\b.*?\b(python|javascript|typescript|rust|golang|java|c\+\+|cpp|c#|csharp|bash|sql|html|php|ruby|kotlin|haskell|lua)(?![\w+#])/i,
    (_, match) => code(match[1]),
  ],
  [/\b(code|program|script|snippet)\b/i, () => code('python')],
  [/\blong\b.*\b(story|tale|answer|text)\b|\b(story|tale)\b.*\blong\b/i, () => texts.longStory],
  [/\b(story|tale)\b/i, () => texts.story],
  [/\b(poem|poetry|verse|rhyme)\b/i, () => texts.poem],
  [/\bjoke\b|\bmake me laugh\b/i, () => texts.joke],
  [/\b(bullet|numbered)?\s?list\b/i, () => texts.list],
  [
    /\bwhat(?:'s| is) the (time|date)\b|\bwhat (time|day|date) is it\b|\btoday's date\b|\bwhat day\b/i,
    (_conversation, _match, nowMs) => time(nowMs),
  ],
  [/\b(?:summari[sz]e|tl;?dr|sum up)\b[^:]{0,40}(?::\s*([\s\S]+))?/i, (_, match) => summary(match[1])],
  [
    /^(?:can you |could you |please )*(?:explain|describe|tell me (?:more )?about|teach me(?: about)?)\s+(?:to me |me )?([^?!\n]{1,120})/i,
    (_, match) => texts.explain(quote(match[1] ?? '')),
  ],
  [/^(?:please )?(?:say|repeat(?: after me)?|echo)[:,]?\s+([\s\S]+)/i, (_, match) => match[1]?.trim()],
  [/^/, ({ question }) => learned(question.text)],
  [/\bhow are you\b|\bhow('s| is) it going\b/i, () => texts.howAreYou],
  [
    /^(hi|hello|hey|hallo|good (morning|evening|afternoon)|greetings|yo|howdy|hiya)\b/i,
    ({ name }) => texts.greeting(name),
  ],
  [/\b(thanks|thank you|thx|cheers)\b/i, ({ name }) => texts.thanks(name)],
  [/\b(bye|goodbye|good night|see you|farewell)\b/i, ({ name }) => texts.farewell(name)],
  [
    /\?\s*$|^(what|who|where|when|why|how|which|can|could|do|does|is|are|will|would|should)\b/i,
    ({ question }) => texts.unknownQuestion(quote(question.text)),
  ],
];

/** What the demo says. Always something; the same for the same conversation at the same time. */
export function replyTo(conversation: Conversation, nowMs: number): string {
  const { text } = conversation.question;
  if (conversation.hasPicture) return texts.unseen;
  if (text === '') return texts.empty;
  for (const [pattern, answer] of rules) {
    const match = pattern.exec(text);
    const reply = match && answer(conversation, match, nowMs);
    if (reply) return reply;
  }
  return texts.unknownStatement(conversation.name, quote(text));
}

function quote(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= MOST_QUOTED ? line : `${line.slice(0, MOST_QUOTED - 1)}…`;
}

function saidBefore({ earlier }: Conversation): string {
  const said = earlier.slice(-5).map(({ text }) => quote(text));
  return said.length === 0 ? texts.saidNothing : texts.saidBefore(said);
}

const subjects: Readonly<Record<string, string>> = {
  home: 'you live in',
  work: 'your work:',
  likes: 'you like',
  has: 'you have',
};

function subject(key: string): string {
  return subjects[key] ?? `your ${key} is`;
}

function everythingKnown({ name, facts }: Conversation): string {
  const known = [...facts].map(([key, value]) => `${subject(key)} **${value}**`);
  if (name !== null) known.unshift(`your name is **${name}**`);
  return known.length === 0 ? texts.nothingKnown : texts.everythingKnown(known);
}

function factKnown(facts: ReadonlyMap<string, string>, key: string): string {
  const value = facts.get(key.replace(/ (?:again|called|named)$/, ''));
  return value === undefined ? texts.factUnknown(key) : texts.factKnown(subject(key), value);
}

/** What this message tells that is new: a name, or facts. */
function learned(text: string): string | undefined {
  const name = readName(text);
  if (name !== undefined) return texts.nameLearned(name);
  const facts = readFacts(text).map(([key, value]) => `${subject(key)} **${value}**`);
  return facts.length === 0 ? undefined : texts.factLearned(facts);
}

function sum(text: string): string | undefined {
  const result = calculate(text);
  if (!result) return undefined;
  if (!Number.isFinite(result.value)) return texts.sumImpossible;
  return texts.sum(result.expression, String(Number(result.value.toPrecision(12))));
}

function time(nowMs: number): string {
  const iso = new Date(nowMs).toISOString();
  return texts.time(Math.floor(nowMs / 1000), `${iso.slice(0, 10)} ${iso.slice(11, 16)}`);
}

const languageNames: Readonly<Record<string, string>> = {
  js: 'javascript',
  ts: 'typescript',
  golang: 'go',
  'c++': 'cpp',
  shell: 'bash',
};

function code(word = 'python'): string {
  const language = languageNames[word.toLowerCase()] ?? word.toLowerCase();
  const program = texts.programs[language];
  return program === undefined ? texts.codeUnknown(word, Object.keys(texts.programs)) : texts.code(language, program);
}

function summary(text: string | undefined): string {
  const words = text?.trim().split(/\s+/) ?? [];
  if (words.length < 3) return texts.summaryOfNothing;
  const first = quote(text ?? '').split(/(?<=[.!?])\s/)[0] ?? '';
  return texts.summary(first, words.length);
}
