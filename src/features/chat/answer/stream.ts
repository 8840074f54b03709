import { VendorError } from '../../../kernel/errors.ts';
import type { ChatEvent } from '../../../sdk/index.ts';
import { maySpeak } from '../intake/claim.ts';
import type { ChatContext } from '../chat.ts';
import { requestOf } from '../chat.ts';
import { temperatureOf } from './creativity.ts';
import { startAfresh } from '../history/rest.ts';
import { buildPrompt } from '../prompt/build.ts';
import type { Prompt } from '../prompt/build.ts';
import { HeldFiles } from '../prompt/question-files.ts';
import { storePatiently } from './retry-while-database-down.ts';
import { followThinking } from './thinking.ts';
import { completedSteps, storeStep } from './tool-steps.ts';
import type { Step, ToolCall } from './tool-steps.ts';
import { declarationOf, offeredTools, runCalls } from './tools.ts';
import type { Work } from './work.ts';

/** After which somebody wonders why it is not their turn yet. */
const turnAfterMs = 3000;

/** Less than this is no answer: a sentence or two. */
const leastOutputTokens = 64;

/** Where an answer stands already, its buttons go and Stop comes before the model says its first word. */
async function takeScreen(work: Work): Promise<void> {
  const { context, run, live, row, written } = work;
  const { parts } = row;
  const last = parts.at(-1);
  if (last === undefined || run.job.attempt > 1) return;
  if (work.isNoticed) {
    sayTurnLater(work);
    return;
  }
  live.update(written === '' ? context.texts.in(undefined)('again') : written, { placeholder: true });
  if (parts.length === 1) return;
  try {
    await context.discord.actions.edit(row.channel_id, last, { components: [] });
  } catch (error) {
    context.logger.debug({ error, channelId: row.channel_id }, 'The buttons of an earlier answer stay for now.');
  }
}

/**
 * What says how long the wait was stands until the first word, unless that takes its time: a channel takes few writes, and
 * its Cancel stops the answer as Stop would.
 */
function sayTurnLater(work: Work): void {
  const { context, live, stopTyping } = work;
  const timer = context.clock.after(turnAfterMs, () => {
    if (work.thoughts === '') live.update(context.texts.in(undefined)('waiting.turn'), { placeholder: true });
  });
  work.stopTyping = () => {
    timer.cancel();
    stopTyping();
  };
}

/** Asks the model and shows what it writes while it does. Throws when there is no answer. */
export async function stream(work: Work): Promise<void> {
  const files = new HeldFiles(work.context.fileBytes);
  try {
    await askModel(work, files);
  } finally {
    files.release();
  }
}

async function askModel(work: Work, files: HeldFiles): Promise<void> {
  const { context, run, row } = work;
  const admitted = context.spending.admitted(requestOf(work.answer));
  await takeScreen(work);
  work.model = await context.spending.modelFor(work.model, { guildId: row.guild_id, channelId: row.channel_id });
  // Nothing is bought for a channel that was hidden from the bot while the question waited.
  if (row.guild_id !== null && !(await maySpeak(context, row.channel_id))) {
    throw new VendorError('discord/50013', 'The bot may not write there any more.', { retryable: false });
  }
  await startAfresh(context, row);
  const prompt = await buildPrompt({ ...work, files, signal: run.signal });
  work.notices.push(...prompt.notices);
  work.contextAuthorIds = prompt.contextAuthorIds;
  work.history = prompt.history;
  await answerInSteps(work, prompt, files, admitted);
  if (work.text.slice(work.written.length).trim() === '') throw withoutText(work);
}

/** Asks until the model has no more calls of tools. What earlier runs completed is not asked for again. */
async function answerInSteps(
  work: Work,
  prompt: Prompt,
  files: HeldFiles,
  admitted: ReturnType<ChatContext['spending']['admitted']>,
): Promise<void> {
  const { context, run, live, model } = work;
  let tools = await offeredTools(work);
  const messages = [...prompt.messages];
  let number = 0;
  const goOn = async (step: Step): Promise<void> => {
    messages.push(step.message, await runCalls(work, tools, number, step.calls));
    number += 1;
  };
  for (const step of await completedSteps(work)) {
    work.text = step.text;
    work.thoughts = step.thoughts;
    work.hasChargedSteps = true;
    await goOn(step);
  }
  for (;;) {
    const generation = await context.generate.start({
      request: requestOf(work.answer),
      admitted,
      step: 'answer',
      attempt: run.job.attempt,
      models: context.models.candidates(model.id),
      messages,
      tools: tools.map(declarationOf),
      ...(number >= mostSteps && { toolChoice: { type: 'none' } }),
      outputTokens: { wanted: prompt.maxOutputTokens, least: leastOutputTokens },
      ...temperatureOf(work.settings, model),
      // Nobody would see the words that a refused message still costs.
      signal: AbortSignal.any([run.signal, live.refused]),
      facts: { asked: model.id, exchanges: prompt.contents.exchanges.sent, contextTokens: prompt.inputTokens },
    });
    work.generation = generation;
    try {
      const step = await receive(work, generation.events(), files);
      if (!step || number >= mostSteps) return;
      await storePatiently(context, run, () => storeStep(work, number, step));
      context.checkpoint('step-stored');
      await generation.settle();
      work.hasChargedSteps = true;
      work.generation = undefined;
      await goOn(step);
    } catch (error) {
      const cannotUseTools = error instanceof VendorError && error.code === 'model/no-tools' && tools.length > 0;
      if (!cannotUseTools) throw error;
      await generation.fail();
      work.generation = undefined;
      tools = [];
    }
  }
}

/** More steps of calls than this, and the model has to answer with what it knows. */
const mostSteps = 8;

/** Shows what the model says as it comes. Returns its step when it waits for the results of calls; undefined at its end. */
async function receive(work: Work, events: AsyncIterable<ChatEvent>, files: HeldFiles): Promise<Step | undefined> {
  const { context, live, model: asked, notices } = work;
  const calls: ToolCall[] = [];
  const before = work.text;
  const thinking = followThinking(work);
  try {
    for await (const event of events) {
      if (event.type === 'start') {
        files.sent();
        context.checkpoint('asked');
      }
      if (event.type === 'start' && event.modelId !== asked.id) {
        notices.push({ key: 'notices.fallback', data: { asked: asked.id, model: event.modelId } });
        work.model = context.models.find(event.modelId) ?? asked;
      } else if (event.type === 'reasoning') {
        thinking.thinks(event.text);
        work.thoughtInSecret ||= event.text === '';
      } else if (event.type === 'reset') {
        work.thoughts += work.text.slice(before.length);
        work.text = before;
      } else if (event.type === 'text') {
        work.stopTyping();
        thinking.ends();
        const isNext = work.text === before && before !== work.written && /\S$/.test(before);
        work.text += isNext ? `\n\n${event.text.trimStart()}` : event.text;
        live.update(work.text);
        context.checkpoint('streaming');
      } else if (event.type === 'tool-call') {
        calls.push({ id: event.id, name: event.name, input: event.input });
      } else if (event.type === 'finish') {
        work.finish = event.reason;
        if (event.reason === 'tool-calls' && calls.length > 0) {
          return { message: event.message, calls, text: work.text, thoughts: work.thoughts };
        }
        if (event.reason === 'refused') notices.push({ key: 'notices.refused', data: { model: work.model.id } });
      }
    }
  } finally {
    thinking.ends();
  }
  return undefined;
}

/** A model that declines, or only thinks, would do the same again. One that says nothing at all may have had a fault. */
function withoutText({ finish, thoughts, thoughtsBefore, generation }: Work): VendorError {
  const retryable = false;
  if (finish === 'refused') return new VendorError('model/declined', 'The model declined to answer.', { retryable });
  const hasThought = thoughts !== thoughtsBefore || (generation?.uses.at(-1)?.usage.reasoningTokens ?? 0) > 0;
  if (!hasThought) {
    // One that used up its tokens would do so again.
    return new VendorError('model/empty', 'The model finished without a word.', { retryable: finish !== 'length' });
  }
  return finish === 'length'
    ? new VendorError('model/only-thought', 'The model thought until it had no tokens left.', { retryable })
    : new VendorError('model/no-answer', 'The model thought, and gave no answer.', { retryable });
}
