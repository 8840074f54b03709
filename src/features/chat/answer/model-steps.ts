import { VendorError } from '../../../kernel/errors.ts';
import type { Generation, ModelMessage } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { requestOf } from '../chat.ts';
import type { Prompt } from '../prompt/prompt.ts';
import type { HeldFiles } from '../prompt/question-files.ts';
import { temperatureOf } from './creativity.ts';
import { withNotices } from './draft.ts';
import type { Attempt, Draft } from './draft.ts';
import { receive } from './receive.ts';
import { retryWhileDatabaseDown } from './retry-while-database-down.ts';
import type { AnswerTask } from './task.ts';
import { completedSteps, storeStep } from './tool-steps.ts';
import type { Step } from './tool-steps.ts';
import { declarationOf, noticesOf, offeredTools, resultOf, runCall } from './tools.ts';
import type { ToolExtension } from './tools.ts';
import { picturesFor } from './tool-pictures.ts';
import type { WaitSigns } from './wait-signs.ts';

/** Less than this is no answer: a sentence or two. */
const leastOutputTokens = 64;

/** After so many steps of calls, the model has to answer with what it knows. */
const mostSteps = 8;

interface Asked {
  task: AnswerTask;
  signs: WaitSigns;
  prompt: Prompt;
  files: HeldFiles;
  admitted: ReturnType<ChatContext['spending']['admitted']>;
}

/** Where the steps of an answer have come to. */
interface Progress {
  draft: Draft;
  messages: readonly ModelMessage[];
  tools: readonly ToolExtension[];
  /** Steps that are complete. */
  steps: number;
}

/** Asks until the model has no more calls of tools. Steps that earlier runs completed are not asked for again. */
export async function answerInSteps(asked: Asked, first: Draft): Promise<Attempt> {
  const { task, prompt } = asked;
  let progress: Progress = { draft: first, messages: prompt.messages, tools: [], steps: 0 };
  try {
    progress = { ...progress, tools: await offeredTools(task, first.model) };
    for (const step of await completedSteps(task)) {
      const { text, thoughts } = step;
      progress = { ...progress, draft: { ...progress.draft, text, thoughts, hasChargedSteps: true } };
      for await (const next of afterStep(asked, progress, step)) progress = next;
    }
    for (;;) {
      const generation = await startCall(asked, progress);
      progress = { ...progress, draft: { ...progress.draft, generation } };
      const { draft, step, failure } = await receive(asked, progress.draft, generation.events());
      progress = { ...progress, draft };
      if (failure) {
        if (!cannotUseTools(failure.error, progress)) return { draft, failure };
        await generation.fail();
        progress = { ...progress, draft: { ...draft, generation: undefined }, tools: [] };
        continue;
      }
      if (!step || progress.steps >= mostSteps) return { draft };
      await retryWhileDatabaseDown(task.context.clock, task.run, () => storeStep(task, progress.steps, step));
      task.context.checkpoint('step-stored');
      await generation.settle();
      progress = { ...progress, draft: { ...draft, generation: undefined, hasChargedSteps: true } };
      for await (const next of afterStep(asked, progress, step)) progress = next;
    }
  } catch (error) {
    return { draft: progress.draft, failure: { error } };
  }
}

const cannotUseTools = (error: unknown, { tools }: Progress): boolean =>
  error instanceof VendorError && error.code === 'model/no-tools' && tools.length > 0;

function startCall(
  { task, prompt, admitted }: Asked,
  { draft, messages, tools, steps }: Progress,
): Promise<Generation> {
  const { context, run, answer, screen, settings } = task;
  const { model } = draft;
  return context.generate.start({
    request: requestOf(answer),
    admitted,
    step: 'answer',
    attempt: run.job.attempt,
    models: context.models.candidates(model.id),
    messages: [...messages],
    tools: tools.map(declarationOf),
    ...(steps >= mostSteps && { toolChoice: { type: 'none' } }),
    outputTokens: { wanted: prompt.maxOutputTokens, least: leastOutputTokens },
    ...temperatureOf(settings, model),
    // Nobody would see the words that a refused message still costs.
    signal: AbortSignal.any([run.signal, screen.live.refused]),
    facts: { asked: model.id, exchanges: prompt.contents.exchanges.sent, contextTokens: prompt.inputTokens },
  });
}

/** Runs the calls of a step, one after the other: the receipt of each is kept, also when a later one is stopped. */
async function* afterStep({ task, files: held }: Asked, before: Progress, step: Step): AsyncGenerator<Progress> {
  const content: Extract<ModelMessage, { role: 'tool' }>['content'] = [];
  let progress = before;
  for (const [place, call] of step.calls.entries()) {
    const outcome = await runCall(task, progress, { step: progress.steps, place, call });
    const { draft } = progress;
    const files = [...draft.files, ...outcome.files];
    progress = { ...progress, draft: withNotices({ ...draft, files }, ...noticesOf(outcome)) };
    yield progress;
    const pictures = await picturesFor(task, draft.model, { made: outcome.files, earlier: draft.files, held });
    content.push(resultOf(call, outcome, pictures));
  }
  const messages: ModelMessage[] = [...progress.messages, step.message, { role: 'tool', content }];
  yield { ...progress, messages, steps: progress.steps + 1 };
}
