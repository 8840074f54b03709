import { VendorError } from '../../../kernel/errors.ts';
import { maySpeak } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { requestOf } from '../chat.ts';
import { resetIfIdle } from '../history/idle.ts';
import { buildPrompt } from '../prompt/build.ts';
import { HeldFiles } from '../prompt/question-files.ts';
import { firstDraft, withNotices } from './draft.ts';
import type { Attempt, Draft } from './draft.ts';
import { answerInSteps } from './model-steps.ts';
import type { AnswerTask } from './task.ts';
import type { WaitSigns } from './wait-signs.ts';

/** Asks the model and shows what it writes while it does. Resolves also when that fails, to what there was until then. */
export async function streamAnswer(task: AnswerTask, signs: WaitSigns): Promise<Attempt> {
  const { context, run, row, screen, before } = task;
  const files = new HeldFiles(context.fileBytes);
  let draft = firstDraft(task);
  try {
    const admitted = context.spending.admitted(requestOf(task.answer));
    await takeScreen(task, signs);
    const place = { guildId: row.guild_id, channelId: row.channel_id };
    draft = { ...draft, model: await context.spending.modelFor(task.model, place) };
    await checkMaySpeak(context, task);
    await resetIfIdle(context, row);
    const { model } = draft;
    const asked = { ...task, model, speaker: screen.voice?.speaker, written: before.text };
    const prompt = await buildPrompt({ ...asked, files, signal: run.signal });
    const { contextAuthorIds, history } = prompt;
    draft = withNotices({ ...draft, contextAuthorIds, history }, ...prompt.notices);
    return withText(task, await answerInSteps({ task, signs, prompt, files, admitted }, draft));
  } catch (error) {
    return { draft, failure: { error } };
  } finally {
    files.release();
  }
}

/** Where an answer is shown already, its buttons go and Stop comes before the model says its first word. */
async function takeScreen({ context, run, screen, row, before }: AnswerTask, signs: WaitSigns): Promise<void> {
  const { parts } = row;
  const last = parts.at(-1);
  if (last === undefined || run.job.attempt > 1) return;
  if (screen.isNoticed) {
    signs.sayTurnLater();
    return;
  }
  const shown = before.text === '' ? context.texts.in(undefined)('again') : before.text;
  screen.live.update(shown, { placeholder: true });
  if (parts.length === 1) return;
  try {
    await context.discord.actions.edit(row.channel_id, last, { components: [] });
  } catch (error) {
    context.logger.debug({ error, channelId: row.channel_id }, 'The buttons of an earlier answer stay for now.');
  }
}

/** Nothing is bought for a channel that was hidden from the bot while the question waited. */
async function checkMaySpeak(context: Needs<'discord' | 'logger'>, { row }: Pick<AnswerTask, 'row'>): Promise<void> {
  if (row.guild_id === null || (await maySpeak(context, row.channel_id))) return;
  throw new VendorError('discord/50013', 'The bot may not write there any more.', { retryable: false });
}

/** An attempt that ended without a word has failed, unless a tool made files: these can be the whole answer. */
function withText({ before }: AnswerTask, attempt: Attempt): Attempt {
  const { draft, failure } = attempt;
  if (failure || draft.files.length > 0 || draft.text.slice(before.text.length).trim() !== '') return attempt;
  return { draft, failure: { error: withoutText(before.thoughts, draft) } };
}

/** A model that declines, or only thinks, would do the same again. One that says nothing at all may have had a fault. */
function withoutText(thoughtsBefore: string, { finish, thoughts, generation }: Draft): VendorError {
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
