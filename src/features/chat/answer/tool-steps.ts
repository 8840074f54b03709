import { z } from 'zod';
import type { ModelMessage } from '../../../sdk/index.ts';
import { insertStep, stepsOf } from '../turns/tool-store.ts';
import type { AnswerTask } from './task.ts';

/** A call of a tool, as the model made it. */
export interface ToolCall {
  id: string;
  name: string;
  /** JSON, if the model keeps to the rules. */
  input: string;
}

/** What a model said before it waits for the results of its calls. */
export interface Step {
  /** As it is sent back to the model. */
  message: ModelMessage;
  calls: ToolCall[];
  /** All of the answer until then, and what the model let see of its thoughts. */
  text: string;
  thoughts: string;
}

const contextOf = ({ answer }: Pick<AnswerTask, 'answer'>, step: number) => `${answer.id}/step/${answer.tries}/${step}`;

const binary = '$bytes';

/** Bytes within a message, such as a picture's, as text. */
const encode = (step: Step): string =>
  JSON.stringify(step, (_key, value: unknown) =>
    value instanceof Uint8Array ? { [binary]: Buffer.from(value).toString('base64') } : value,
  );

const encodedBytes = z.strictObject({ [binary]: z.string() });

const decode = (text: string): Step =>
  JSON.parse(text, (_key, value: unknown): unknown => {
    const bytes = encodedBytes.safeParse(value);
    return bytes.success ? new Uint8Array(Buffer.from(bytes.data[binary] ?? '', 'base64')) : value;
  }) as Step;

/** The steps that earlier runs completed, oldest first; they are not asked for again. */
export async function completedSteps(task: AnswerTask): Promise<Step[]> {
  const { context, answer, row, read } = task;
  if (task.run.job.attempt === 1) return [];
  const steps = await stepsOf(context.db, answer);
  const opened = await Promise.all(
    steps.map(({ step, ciphertext }) => read(row.author_id, contextOf(task, step), ciphertext)),
  );
  return opened.flatMap((text) => (text === null ? [] : [decode(text)]));
}

/** Stores a step before it is charged. Nothing is stored once the asker's data was deleted. */
export async function storeStep(task: AnswerTask, number: number, step: Step): Promise<void> {
  const { context, answer, row } = task;
  const { db, vault } = context;
  const ciphertext = await vault.encryptIfKnown(db, row.author_id, contextOf(task, number), encode(step));
  if (ciphertext) await insertStep(db, answer, number, ciphertext);
}
