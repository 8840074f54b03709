import { VendorError } from '../../../kernel/errors.ts';
import { requestOf } from '../chat.ts';
import { temperatureOf } from '../controls/creativity.ts';
import { buildPrompt } from '../prompt.ts';
import type { Work } from './work.ts';

/** Less than this is no answer: a sentence or two. */
const leastOutputTokens = 64;

/** Where an answer stands already, its buttons go and Stop comes before the model says its first word. */
async function takeScreen({ context, run, live, row, written }: Work): Promise<void> {
  const { parts } = row;
  const last = parts.at(-1);
  if (last === undefined || run.job.attempt > 1) return;
  live.update(written === '' ? context.texts.in(undefined)('again') : written);
  if (parts.length === 1) return;
  try {
    await context.discord.actions.edit(row.channel_id, last, { components: [] });
  } catch (error) {
    context.logger.debug({ error, channelId: row.channel_id }, 'The buttons of an earlier answer stay for now.');
  }
}

/** Asks the model and shows what it writes while it does. Throws when there is no answer. */
export async function stream(work: Work): Promise<void> {
  const { context, run, live, row } = work;
  const admitted = context.spending.admitted(requestOf(work.answer));
  await takeScreen(work);
  work.model = await context.spending.modelFor(work.model, { guildId: row.guild_id, channelId: row.channel_id });
  const { model } = work;
  const prompt = await buildPrompt({ ...work, signal: run.signal });
  work.notices.push(...prompt.notices);
  const paid = await context.spending.call({
    request: requestOf(work.answer),
    admitted,
    step: 'answer',
    attempt: run.job.attempt,
    candidates: context.models.candidates(model.id),
    inputTokens: prompt.inputTokens,
    outputTokens: { wanted: prompt.maxOutputTokens, least: leastOutputTokens },
    signal: run.signal,
    facts: { asked: model.id, exchanges: prompt.contents.exchanges.sent, contextTokens: prompt.inputTokens },
  });
  work.paid = paid;
  const events = context.models.stream({
    modelId: model.id,
    messages: prompt.messages,
    maxOutputTokens: paid.outputTokens,
    ...temperatureOf(work.settings, model),
    allowed: (candidate) => paid.mayUse(candidate),
    onUsage: (usage, used) => work.uses.push({ model: used, usage }),
    // Nobody would see the words that a refused message still costs.
    signal: AbortSignal.any([run.signal, live.refused]),
  });
  for await (const event of events) {
    if (event.type === 'start') context.checkpoint('asked');
    if (event.type === 'start' && event.modelId !== model.id) {
      work.notices.push({ key: 'notices.fallback', data: { asked: model.id, model: event.modelId } });
      work.model = context.models.find(event.modelId) ?? model;
    } else if (event.type === 'text') {
      work.stopTyping();
      work.text += event.text;
      live.update(work.text);
      context.checkpoint('streaming');
    } else if (event.type === 'finish') {
      work.finish = event.reason;
      if (event.reason === 'refused') work.notices.push({ key: 'notices.refused', data: { model: work.model.id } });
    }
  }
  if (work.text.slice(work.written.length).trim() === '') {
    throw new VendorError('model/empty', 'The model finished without a word.', { retryable: !run.lastAttempt });
  }
}
