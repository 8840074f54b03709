import { z } from 'zod';
import { abortable } from '../../../kernel/abortable.ts';
import { oneLine } from '../../../kernel/one-line.ts';
import { UserError } from '../../../kernel/errors.ts';
import type {
  Access,
  ContentPart,
  Db,
  Extension,
  ModelInfo,
  ModelMessage,
  PendingTurn,
  ToolDeclaration,
  ToolResult,
} from '../../../sdk/index.ts';
import { uuidFromName } from '../../../kernel/ids.ts';
import { requestOf } from '../chat.ts';
import { ensureCall, moveCall } from '../turns/tool-store.ts';
import type { ToolCallRow } from '../turns/tool-store.ts';
import { filesMeant } from '../prompt/reply-chain.ts';
import { turnOf } from '../turns/turn.ts';
import { filesInWords } from '../view/answer-files.ts';
import type { MadeFile } from '../view/answer-files.ts';
import { keepFiles, sources } from './made-files.ts';
import { askAboutCall, decisionOf } from './tool-confirmation.ts';
import type { ToolCall } from './tool-steps.ts';
import type { Notice } from '../notice.ts';
import type { Draft } from './draft.ts';
import type { AnswerTask } from './task.ts';

export type ToolExtension = Extension<'tools'>;

const longestContent = 100_000;
const longestReceipt = 300;

const ranks: readonly Access[] = ['everyone', 'moderator', 'guild-administrator', 'instance-administrator'];

/** Whether a member of this rank may use what needs that access. */
const reaches = (rank: Access, needed: Access): boolean =>
  needed === 'always' || ranks.indexOf(rank) >= ranks.indexOf(needed);

/**
 * The tools that the model may call for this turn: those of the asker's rank and instance roles. Another member who asks
 * for a new version gets only what everyone may use.
 */
export async function offeredTools(
  { context, row, question, answer }: AnswerTask,
  model: ModelInfo,
): Promise<ToolExtension[]> {
  if (!model.abilities.tools) return [];
  const payerId = answer.payer_id ?? row.author_id;
  const rank = payerId === row.author_id ? (question.rank ?? 'everyone') : 'everyone';
  const place = { guildId: row.guild_id, channelId: row.channel_id };
  const offered = context
    .extensions('tools')
    .filter(({ part }) => (part.offered?.(place) ?? true) && reaches(rank, part.access));
  // Asked last: it waits for the database, and most answers have no tools.
  if (offered.length === 0) return [];
  const roles = await context.spending.rolesOf(requestOf(answer));
  const subject = { roles, administrator: context.access.administrators.has(payerId) };
  return offered.filter(({ part }) => context.access.isGranted(subject, place, 'tools', part.name));
}

export const declarationOf = ({ part }: ToolExtension): ToolDeclaration => ({
  name: part.name,
  description: part.description,
  inputSchema: z.toJSONSchema(part.input, { target: 'draft-7', io: 'input' }),
});

/** What became of a call: for the model, and for people. */
export interface Outcome extends Omit<ToolResult, 'files'> {
  failed: boolean;
  files: readonly MadeFile[];
  /** Names of files that could not be kept. */
  left: readonly string[];
  notices: readonly Notice[];
}

type ToolResultPart = Extract<ModelMessage, { role: 'tool' }>['content'][number];

/** What became of a call, for the model, with the pictures that it sees. */
export function resultOf(call: ToolCall, outcome: Outcome, pictures: readonly FilePart[]): ToolResultPart {
  const part = { type: 'tool-result' as const, toolCallId: call.id, toolName: call.name };
  const text = outcome.content.slice(0, longestContent) + filesNote(outcome);
  if (outcome.failed) return { ...part, output: { type: 'error-text', value: text } };
  if (pictures.length === 0) return { ...part, output: { type: 'text', value: text } };
  return { ...part, output: { type: 'content', value: [{ type: 'text', text }, ...pictures] } };
}

type FilePart = Extract<ContentPart, { type: 'file' }>;

function filesNote({ files, left }: Pick<Outcome, 'files' | 'left'>): string {
  const made = files.length === 0 ? '' : `\n\n[Attached to your answer: ${filesInWords(files)}]`;
  return left.length === 0 ? made : `${made}\n\n[Not attached, which people are told: ${left.join(', ')}]`;
}

/** What was done, for people: the receipt, and what could not be attached. */
export function noticesOf({ receipt, notices }: Outcome): Notice[] {
  if (receipt === undefined) return [...notices];
  const done = { key: 'notices.said', data: { text: `🔧 ${oneLine(receipt).slice(0, longestReceipt)}` } };
  return [done, ...notices];
}

interface PlacedCall {
  step: number;
  place: number;
  call: ToolCall;
}

interface Running {
  tools: readonly ToolExtension[];
  draft: Pick<Draft, 'model'>;
}

/** Runs one call, at most once over all runs of the job: an interrupted one is reported to the model, not repeated. */
export async function runCall(task: AnswerTask, { tools, draft }: Running, placed: PlacedCall): Promise<Outcome> {
  const { context } = task;
  const { call } = placed;
  const tool = tools.find(({ part }) => part.name === call.name);
  if (!tool) return failure(`There is no tool called "${call.name}".`);
  const input = readInput(tool, call.input);
  if ('fault' in input) return failure(input.fault);
  const question = tool.part.confirm?.(input.value);
  const row = await ensureCall(context.db, rowOf(task, placed, question !== undefined));
  if (row.state === 'done') return storedOutcome(task, row);
  if (row.state === 'running') return failure('This call was interrupted. Its outcome is unknown; do not repeat it.');
  if (question !== undefined && !(await isAllowed(task, row, { tool, question }))) {
    return failure('The member did not allow this call.');
  }
  if (!(await moveCall(context.db, row.id, row.state === 'asked' ? 'allowed' : row.state, 'running'))) {
    return failure('The member did not allow this call.');
  }
  context.checkpoint('tool-running');
  const result = await resultIn({ ...task, model: draft.model }, tool, input.value, row);
  const outcome = await keepOutcome(task, row, result);
  context.checkpoint('tool-done');
  return outcome;
}

const nothingMade = { files: [], left: [], notices: [] };
const failure = (content: string): Outcome => ({ content, failed: true, ...nothingMade });

function readInput({ part }: ToolExtension, text: string): { value: unknown } | { fault: string } {
  let json: unknown;
  try {
    json = JSON.parse(text === '' ? '{}' : text);
  } catch {
    return { fault: 'The input is not JSON.' };
  }
  const parsed = part.input.safeParse(json);
  if (parsed.success) return { value: json };
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`);
  return { fault: `The input is wrong. ${faults.join('; ')}` };
}

/** How long the asker has to decide about a call. */
const decisionMs = 5 * 60 * 1000;

function rowOf({ context, answer, row }: AnswerTask, { step, place, call }: PlacedCall, asks: boolean): ToolCallRow {
  return {
    id: uuidFromName(`chat/tool/${answer.id}/${answer.tries}/${step}/${place}`),
    answer_id: answer.id,
    tries: answer.tries,
    step,
    place,
    tool: call.name,
    state: asks ? 'asked' : 'allowed',
    asker_id: answer.payer_id ?? row.author_id,
    asked_until: asks ? new Date(context.clock.now() + decisionMs) : null,
    ciphertext: null,
  };
}

async function isAllowed(
  task: AnswerTask,
  row: ToolCallRow,
  { tool, question }: { tool: ToolExtension; question: string },
): Promise<boolean> {
  if (row.state !== 'asked') return row.state === 'allowed';
  const asked = await askAboutCall(task, row, { title: titleOf(tool), question });
  return (await decisionOf(task, row, asked)) === 'allowed';
}

/** As people know it. */
const titleOf = ({ texts, part }: ToolExtension): string => {
  const key = `tools.${part.name}.title`;
  return texts.has(key) ? texts.in(undefined)(key) : part.name;
};

/** A failure where the tool failed. Rejects when the run is over. */
async function resultIn(
  task: AnswerTask,
  tool: ToolExtension,
  input: unknown,
  row: ToolCallRow,
): Promise<ToolResult & { failed: boolean }> {
  const { context, run, answer, model, screen } = task;
  const turn: PendingTurn = { ...turnOf(task.row, task.question, tool.feature), model, speaker: screen.voice?.speaker };
  const pays = { request: requestOf(answer), step: `tool:${row.tool}`, attempt: run.job.attempt };
  const paid = { ...pays, signal: run.signal };
  try {
    const running = tool.part.run(input, {
      turn,
      pays,
      signal: run.signal,
      repliedFiles: () => filesMeant(context, task.row, task.question),
      charge: (worstCase, doWork) => context.spending.charge({ ...paid, worstCase, facts: { tool: row.tool } }, doWork),
    });
    // A tool that does not listen to the signal cannot hold up a stop.
    const result = await abortable(running, run.signal);
    return { ...result, failed: false };
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof UserError) return { content: explained(tool, error), failed: true };
    context.logger.error({ error, tool: row.tool, feature: tool.feature }, 'A tool failed.');
    return { content: 'The tool failed.', failed: true };
  }
}

const explained = ({ texts }: ToolExtension, { code, data, message }: UserError): string =>
  texts.has(code) ? texts.in(undefined)(code, data) : message;

const contextOf = ({ id }: ToolCallRow) => `${id}/result`;

/** Ends a call with its result. Its files are stored with it, so that after a crash both are there or neither. */
async function keepOutcome(
  task: AnswerTask,
  call: ToolCallRow,
  { files = [], ...result }: ToolResult & { failed: boolean },
): Promise<Outcome> {
  const { context, answer, row } = task;
  const end = async (db: Db, outcome: Outcome) =>
    moveCall(db, call.id, 'running', 'done', await encryptOutcome(task, db, call, outcome));
  if (files.length === 0) {
    const outcome = { ...result, ...nothingMade };
    await end(context.db, outcome);
    return outcome;
  }
  const made = { answer, row, source: sources.tool(call), files };
  return { ...result, ...(await keepFiles(context, made, (tx, kept) => end(tx, { ...result, ...kept }))) };
}

function encryptOutcome(
  { context: { vault }, row }: AnswerTask,
  db: Db,
  call: ToolCallRow,
  outcome: Outcome,
): Promise<Buffer | null> {
  return vault.encryptIfKnown(db, row.author_id, contextOf(call), JSON.stringify(outcome));
}

async function storedOutcome({ read, row }: AnswerTask, call: ToolCallRow): Promise<Outcome> {
  const text = call.ciphertext && (await read(row.author_id, contextOf(call), call.ciphertext));
  if (text === null) return failure('The result was deleted.');
  return { ...nothingMade, ...(JSON.parse(text) as Outcome) };
}
