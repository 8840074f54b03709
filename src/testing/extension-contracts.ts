import type { LoadedFeature } from '../app/features.ts';
import { systemClock } from '../kernel/clock.ts';
import type { AnswerFile, PendingTurn, Tool, Turn } from '../sdk/index.ts';
import { z } from 'zod';
import { checkFiles, mostBytes } from '../features/chat/answer/made-files.ts';

/** A part that asks other services gets its own time limits from chat; without any news it has to be much quicker. */
const longestMs = 5000;
/** What Discord takes of a file everywhere, in bytes. */
const smallestLimit = 10 * 1024 * 1024;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const snowflake = /^\d{17,20}$/;

const turn: Turn = {
  id: '00000000-0000-4000-8000-000000000001',
  place: { guildId: '100000000000000001', channelId: '100000000000000002' },
  asker: { userId: '100000000000000003', name: 'Nova' },
  askedAtMs: Date.UTC(2026, 0, 2),
  messageId: '100000000000000004',
  text: 'What can you do?',
  attachments: [],
  openedThread: false,
  extra: undefined,
};

/** A question that no feature knows anything of, in a server and in a direct message. */
const turns: readonly PendingTurn[] = [
  turn,
  { ...turn, place: { guildId: null, channelId: '100000000000000005' } },
].map((one) => ({
  ...one,
  speaker: undefined,
  model: {
    ...{ id: 'test/model', provider: 'test', contextTokens: 16_000, maxOutputTokens: 4000 },
    ...{ abilities: { vision: false, tools: true, reasoning: false }, paid: false, prices: null, demo: false },
  },
}));

/**
 * The contract of the parts that a feature adds to conversations (`src/sdk/conversation.ts`), tried on the parts
 * themselves: names, shapes, limits of Discord and of providers, time, and what they do with a turn that they know nothing
 * of. Resolves to what is wrong, a line each.
 */
export async function contractProblems({ definition, parts }: LoadedFeature): Promise<string[]> {
  const { promptSources = [], speakers = [], tools = [], answerSteps = [], askOptions = [], turnSettings = [] } = parts;
  const found = await Promise.all([
    ...promptSources.map((source) => named('prompt source', source, kebabCase, () => sourceProblems(source))),
    ...speakers.map((speaker) => named('speaker', { name: '' }, /^$/, () => speakerProblems(speaker))),
    ...tools.map((tool) => named('tool', tool, /^[a-z0-9_]{1,64}$/, () => toolProblems(tool))),
    ...answerSteps.map((step) => named('answer step', step, kebabCase, () => stepProblems(step))),
    ...askOptions.map((option) => named('ask option', option, /^[a-z0-9-]{1,32}$/, () => optionProblems(option))),
    ...turnSettings.map((setting) => named('turn setting', setting, kebabCase, () => Promise.resolve([]))),
  ]);
  const twice = [promptSources, tools, answerSteps, askOptions, turnSettings].flatMap((list) =>
    list.map(({ name }) => name).filter((name, index, all) => all.indexOf(name) !== index),
  );
  return [...found.flat(), ...twice.map((name) => `"${name}" is declared twice`)].map(
    (problem) => `${definition.name}: ${problem}`,
  );
}

async function named(
  kind: string,
  { name }: { name: string },
  pattern: RegExp,
  problems: () => Promise<string[]>,
): Promise<string[]> {
  const found = pattern.test(name) ? [] : [`is not named as ${pattern.source}`];
  try {
    found.push(...(await problems()));
  } catch (error) {
    found.push(`throws ${String(error)}`);
  }
  return found.map((problem) => `${kind} "${name}" ${problem}`);
}

type Parts = LoadedFeature['parts'];
type Part<Kind extends keyof Parts> = NonNullable<Parts[Kind]> extends readonly (infer One)[] ? One : never;

async function sourceProblems(source: Part<'promptSources'>): Promise<string[]> {
  const problems: string[] = [];
  if (source.keep !== 'always' && !Number.isFinite(source.keep)) problems.push('has a `keep` that is no number');
  for (const one of turns) {
    const pieces = await inTime(source.collect(one, new AbortController().signal));
    for (const { content, label, authorIds = [], replacesDefault, coversUntilMs } of pieces) {
      if (content.trim() === '') problems.push('gives a piece without content');
      if (label?.trim() === '') problems.push('gives a piece with an empty label');
      if (!authorIds.every((id) => snowflake.test(id))) problems.push('names authors by something else than user ids');
      if (replacesDefault !== undefined && source.place !== 'system')
        problems.push('replaces the system prompt elsewhere');
      if (coversUntilMs !== undefined && source.place !== 'memory') problems.push('covers turns without being memory');
    }
  }
  // One whose answer has been stopped must not go on; whether it rejects or gives nothing is the same.
  await inTime(source.collect(aTurn(), AbortSignal.abort()).catch(() => []));
  return problems;
}

async function speakerProblems(speaker: Part<'speakers'>): Promise<string[]> {
  const speaks = await Promise.all(turns.map((one) => inTime(Promise.resolve(speaker(one)))));
  // In order of names the first one decides: a speaker that takes what is not for it would silence all others.
  return speaks.some((one) => one !== undefined) ? ['answers a question that is not for it'] : [];
}

async function toolProblems(tool: Tool): Promise<string[]> {
  const problems: string[] = [];
  if (tool.description.trim() === '' || tool.description.length > 1024) problems.push('needs 1 to 1,024 characters');
  const { type } = z.toJSONSchema(tool.input, { io: 'input' });
  if (type !== 'object') problems.push('has an input that is no object');
  if (tool.input.safeParse({ 'no such input': 1 }).success) problems.push('accepts inputs that it does not have');
  const signal = AbortSignal.abort();
  const charge = () => Promise.reject(new Error('Nothing is paid for here.'));
  const repliedFiles = () => Promise.resolve([]);
  const pays = { request: 'contract', step: 'tool', attempt: 1 };
  const refused = tool.run({ 'no such input': 1 }, { turn: aTurn(), signal, pays, repliedFiles, charge });
  const outcome = await inTime(refused.then(() => 'runs on inputs that its schema refuses').catch(() => undefined));
  return outcome === undefined ? problems : [...problems, outcome];
}

/** What is wrong with files that a tool or a step returns: what people would not get, or not get as it was meant. */
export function fileProblems(files: readonly AnswerFile[]): string[] {
  const { accepted, left } = checkFiles(files, { files: 10, bytes: mostBytes, fileBytes: smallestLimit, names: [] });
  const problems = left.map((name) => `makes the file "${name}", which no answer can have`);
  for (const { description = '' } of files) {
    if (description.length > 1024) problems.push('describes a file in more than 1,024 characters');
  }
  for (const { name, mediaType } of accepted) {
    if (mediaType === 'application/octet-stream') problems.push(`makes the file "${name}", whose type nobody can tell`);
  }
  return problems;
}

async function stepProblems(step: Part<'answerSteps'>): Promise<string[]> {
  const problems: string[] = [];
  for (const one of turns) {
    if (step.at === 'before-store') {
      const answer = { turn: one, text: 'This and that.', modelId: one.model.id };
      const { text, notices = [], files = [] } = await inTime(step.run(answer, new AbortController().signal));
      if (text?.trim() === '') problems.push('leaves nothing of an answer');
      problems.push(...fileProblems(files));
      if (notices.some((notice) => notice.trim() === '')) problems.push('gives an empty notice');
    } else {
      const shown = { ...one, extra: undefined };
      const applies = step.applies({
        ...{ id: one.id, turn: shown, text: 'This.', modelId: one.model.id, payerId: one.asker.userId },
        ...{ isFirst: true, history: undefined, request: 'contract' },
      });
      if (typeof applies !== 'boolean') problems.push('does not say at once whether it applies');
      const { maxAttempts = 1 } = step;
      if (!Number.isInteger(maxAttempts) || maxAttempts < 1) problems.push('is tried less than once');
    }
  }
  return problems;
}

function optionProblems({ description, maxLength }: Part<'askOptions'>): Promise<string[]> {
  const problems: string[] = [];
  if (description.length < 1 || description.length > 100) problems.push('needs a description of 1 to 100 characters');
  if (maxLength < 1 || maxLength > 6000) problems.push('takes more than the 6,000 characters of Discord');
  return Promise.resolve(problems);
}

function aTurn(): PendingTurn {
  const [first] = turns;
  if (!first) throw new Error('There is no turn.');
  return first;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const late = systemClock.sleep(longestMs, ended.signal).then(() => {
    throw new Error(`nothing within ${longestMs} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    ended.abort();
    late.catch(() => {});
  }
}
