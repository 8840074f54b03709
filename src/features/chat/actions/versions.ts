import { UserError } from '../../../kernel/errors.ts';
import { openFootnotes } from '../view/footnotes.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import { requestOf } from '../chat.ts';
import type { ChatContext } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { historyChanged } from '../history/changes.ts';
import type { AnswerState } from '../schema.ts';
import { boundWithin } from '../view/long-answers.ts';
import { answerMessages } from '../view/speak.ts';
import { offersThoughts } from '../view/thoughts.ts';
import { lineAbove, storedVoice } from '../view/voice.ts';
import { findAnswer, showParts } from '../turns/store.ts';
import { controlled } from './reach.ts';
import { endedMessage } from '../view/render-answer.ts';
import type { End } from '../view/render-answer.ts';
import { chooseShown, lockQuestion, shownOf, versionPlace, versionsOf } from './store.ts';

/** The messages of questions, which show one version at a time. */
export interface Screens {
  /**
   * Shows the chosen version of a question. Pages that are turned faster than Discord takes them are left out: it
   * resolves when the version chosen last is on the screen.
   */
  show(questionId: string, name: string): Promise<void>;
  /** Resolves when nothing here writes into the messages of a question. */
  settled(questionId: string): Promise<void>;
}

export function createScreens(context: ChatContext): Screens {
  const showing = new Map<string, Promise<void>>();
  const showUntilRight = async (questionId: string, name: string): Promise<void> => {
    for (let shownId: string | undefined; ;) {
      const wantedId = await shownOf(context.db, questionId);
      if (wantedId === undefined || wantedId === shownId) return;
      await showVersion(context, wantedId, `${name}/${wantedId}`);
      shownId = wantedId;
    }
  };
  return {
    show: (questionId, name) => {
      const before = showing.get(questionId) ?? Promise.resolve();
      const run = before.catch(() => undefined).then(() => showUntilRight(questionId, name));
      showing.set(questionId, run);
      return run.finally(() => {
        if (showing.get(questionId) === run) showing.delete(questionId);
      });
    },
    settled: async (questionId) => {
      await showing.get(questionId)?.catch(() => undefined);
    },
  };
}

/** Turns the page to the version before or after the one that is shown. */
export async function turnPage(
  context: ChatContext,
  screens: Screens,
  call: ComponentCall,
  step: 1 | -1,
): Promise<void> {
  const { question } = await controlled(context, call);
  await context.transaction(async (tx) => {
    const { shown_id: shownId } = await lockQuestion(tx, question.id);
    const ids = await versionsOf(tx, question.id);
    // A message that still shows another version is behind: Discord had not taken the page.
    const behind = call.id === shownId ? undefined : (shownId ?? undefined);
    const next = ids[ids.indexOf(shownId ?? '') + step] ?? behind;
    if (next === undefined) throw new UserError('no-more-versions', 'there is no version beyond');
    await chooseShown(tx, question.id, next);
    await historyChanged(context, tx, question.channel_id, question.asked_at);
  });
  await call.acknowledge();
  await screens.show(question.id, `chat/page/${call.calledId}`);
}

/** Shows how a version ended; `name` is the one under which new messages are sent. */
export async function showVersion(context: ChatContext, answerId: string, name: string): Promise<void> {
  const found = await findAnswer(context.db, answerId);
  // What is being written is shown by its job.
  if (!found || found.answer.state === 'waiting' || found.answer.state === 'written') return;
  const { answer, question } = found;
  const { author_id: authorId } = question;
  const read = context.vault.reader(context.db);
  const [voice, text, footnotes, settings, place, hasThoughts] = await Promise.all([
    storedVoice(context.db, read, question),
    answer.sealed && read(authorId, answer.id, answer.sealed),
    openFootnotes(read, question, answer),
    settingsOf(context, question),
    versionPlace(context.db, answer),
    offersThoughts(context, answer, question),
  ]);
  const live = answerMessages(context, question, voice, { key: name });
  const t = context.texts.in(undefined);
  const above = lineAbove(question, voice, t);
  const { id, finish } = answer;
  const modelId = answer.model_id ?? '';
  const { notices, said } = footnotes;
  const end = endOf(answer.state, answer.error_code, said);
  const bound = await boundWithin(context, settings, question);
  const buttons = settings.answerButtons;
  const shown = { id, modelId, text: text ?? '', notices, end, finish, place, buttons, bound, above, hasThoughts };
  const parts = await live.finish(endedMessage(shown, t));
  const ids = parts.map(({ messageId }) => messageId);
  await context.spending.shown(requestOf(answer), ids);
  await showParts(context.db, answer, ids);
}

function endOf(state: AnswerState, code: string | null, said: string | undefined): End {
  if (state !== 'failed') return { state: state === 'stopped' ? 'stopped' : 'done' };
  return { state, code: code ?? 'model/failed', ...(said === undefined ? {} : { said }) };
}
