import { z } from 'zod';
import { abortable } from '../../../kernel/abortable.ts';
import { oneLine } from '../../../kernel/one-line.ts';
import { UserError } from '../../../kernel/errors.ts';
import type { Access, Extension, ModelMessage, PendingTurn, ToolDeclaration, ToolResult } from '../../../sdk/index.ts';
import { uuidFromName } from '../../../kernel/ids.ts';
import type { ChatContext } from '../chat.ts';
import { requestOf } from '../chat.ts';
import { ensureCall, moveCall } from '../turns/tool-store.ts';
import type { ToolCallRow } from '../turns/tool-store.ts';
import { turnOf } from '../turns/turn.ts';
import { askAboutCall, decisionOf } from './tool-confirmation.ts';
import type { ToolCall } from './tool-steps.ts';
import type { Work } from './work.ts';

type ToolExtension = Extension<'tools'>;

const longestContent = 100_000;
const longestReceipt = 300;

const ranks: readonly Access[] = ['everyone', 'moderator', 'guild-administrator', 'instance-administrator'];

/** Whether somebody of this rank may use what needs that access. */
const reaches = (rank: Access, needed: Access): boolean =>
  needed === 'always' || ranks.indexOf(rank) >= ranks.indexOf(needed);

/**
 * The tools that the model may call for this turn: those of the asker's rank and instance roles. Somebody else who asks for
 * another version gets only what everyone may use.
 */
export async function offeredTools({ context, row, question, answer, model }: Work): Promise<ToolExtension[]> {
  const all = context.extensions('tools');
  if (all.length === 0 || !model.abilities.tools) return [];
  const payerId = answer.payer_id ?? row.author_id;
  const rank = payerId === row.author_id ? (question.rank ?? 'everyone') : 'everyone';
  const roles = await context.spending.rolesOf(requestOf(answer));
  const subject = { roles, administrator: context.access.administrators.has(payerId) };
  const place = { guildId: row.guild_id, channelId: row.channel_id };
  return all.filter(
    ({ part }) => reaches(rank, part.access) && context.access.isGranted(subject, place, 'tools', part.name),
  );
}

export const declarationOf = ({ part }: ToolExtension): ToolDeclaration => ({
  name: part.name,
  description: part.description,
  inputSchema: z.toJSONSchema(part.input, { target: 'draft-7', io: 'input' }),
});

/** What became of a call: for the model, and for people. */
interface Outcome extends ToolResult {
  failed: boolean;
}

/** Runs the calls of a step, one after the other, and returns their results as a message for the model. */
export async function runCalls(
  work: Work,
  tools: readonly ToolExtension[],
  step: number,
  calls: readonly ToolCall[],
): Promise<ModelMessage> {
  const content: Extract<ModelMessage, { role: 'tool' }>['content'] = [];
  for (const [place, call] of calls.entries()) {
    const outcome = await runCall(work, tools, { step, place, call });
    if (outcome.receipt !== undefined) {
      const text = `🔧 ${oneLine(outcome.receipt).slice(0, longestReceipt)}`;
      work.notices.push({ key: 'notices.said', data: { text } });
    }
    const value = outcome.content.slice(0, longestContent);
    const output = { type: outcome.failed ? ('error-text' as const) : ('text' as const), value };
    content.push({ type: 'tool-result', toolCallId: call.id, toolName: call.name, output });
  }
  return { role: 'tool', content };
}

interface PlacedCall {
  step: number;
  place: number;
  call: ToolCall;
}

async function runCall(work: Work, tools: readonly ToolExtension[], placed: PlacedCall): Promise<Outcome> {
  const { call } = placed;
  const tool = tools.find(({ part }) => part.name === call.name);
  if (!tool) return failure(`There is no tool called "${call.name}".`);
  const input = readInput(tool, call.input);
  if ('fault' in input) return failure(input.fault);
  const question = tool.part.confirm?.(input.value);
  const row = await ensureCall(work.context.db, rowOf(work, placed, question !== undefined));
  if (row.state === 'done') return storedOutcome(work, row);
  if (row.state === 'running') return failure('This call was interrupted. Its outcome is unknown; do not repeat it.');
  if (question !== undefined && !(await isAllowed(work, row, { tool, question }))) {
    return failure('The member did not allow this call.');
  }
  if (!(await moveCall(work.context.db, row.id, row.state === 'asked' ? 'allowed' : row.state, 'running'))) {
    return failure('The member did not allow this call.');
  }
  work.context.checkpoint('tool-running');
  const outcome = await outcomeOf(work, tool, input.value, row);
  await moveCall(work.context.db, row.id, 'running', 'done', await sealOutcome(work, row, outcome));
  work.context.checkpoint('tool-done');
  return outcome;
}

const failure = (content: string): Outcome => ({ content, failed: true });

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

function rowOf({ context, answer, row }: Work, { step, place, call }: PlacedCall, asks: boolean): ToolCallRow {
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
  work: Work,
  row: ToolCallRow,
  { tool, question }: { tool: ToolExtension; question: string },
): Promise<boolean> {
  if (row.state !== 'asked') return row.state === 'allowed';
  const asked = await askAboutCall(work, row, { title: titleOf(tool), question });
  return (await decisionOf(work, row, asked)) === 'allowed';
}

/** As people know it. */
const titleOf = ({ texts, part }: ToolExtension): string => {
  const key = `tools.${part.name}.title`;
  return texts.has(key) ? texts.in(undefined)(key) : part.name;
};

async function outcomeOf(work: Work, tool: ToolExtension, input: unknown, row: ToolCallRow): Promise<Outcome> {
  const { context, run, answer, speaker, model } = work;
  const turn: PendingTurn = { ...turnOf(work.row, work.question, tool.feature), model, speaker };
  const paid = { request: requestOf(answer), step: `tool:${row.tool}`, attempt: run.job.attempt, signal: run.signal };
  try {
    const running = tool.part.run(input, {
      turn,
      signal: run.signal,
      charge: (worstCase, doWork) => context.spending.charge({ ...paid, worstCase, facts: { tool: row.tool } }, doWork),
    });
    // A tool that does not listen to the signal cannot hold up a stop.
    const result = await abortable(running, run.signal);
    return { ...result, failed: false };
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof UserError) return failure(explained(tool, error));
    context.logger.error({ error, tool: row.tool, feature: tool.feature }, 'A tool failed.');
    return failure('The tool failed.');
  }
}

const explained = ({ texts }: ToolExtension, { code, data, message }: UserError): string =>
  texts.has(code) ? texts.in(undefined)(code, data) : message;

const contextOf = ({ id }: ToolCallRow) => `${id}/result`;

async function sealOutcome({ context, row }: Work, call: ToolCallRow, outcome: Outcome): Promise<Buffer | null> {
  return sealed(context, row.author_id, call, JSON.stringify(outcome));
}

const sealed = ({ vault, db }: ChatContext, authorId: string, call: ToolCallRow, text: string) =>
  vault.sealIfKnown(db, authorId, contextOf(call), text);

const storedResult = z.object({ content: z.string(), receipt: z.string().optional(), failed: z.boolean() });

async function storedOutcome({ read, row }: Work, call: ToolCallRow): Promise<Outcome> {
  const text = call.ciphertext && (await read(row.author_id, contextOf(call), call.ciphertext));
  if (text === null) return failure('The result was deleted.');
  const { content, receipt, failed } = storedResult.parse(JSON.parse(text));
  return { content, failed, ...(receipt === undefined ? {} : { receipt }) };
}
