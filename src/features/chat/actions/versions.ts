import { UserError } from '../../../kernel/errors.ts';
import { decryptFootnotes } from '../view/footnotes.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { historyChanged } from '../history/changes.ts';
import { maxMessagesWithin } from '../view/long-answers.ts';
import { showAnswer } from '../view/show-answer.ts';
import { answerMessages } from '../view/speak.ts';
import { offersThoughts } from '../view/thoughts.ts';
import { storedVoice } from '../view/voice.ts';
import { findAnswer, showParts } from '../turns/store.ts';
import { controlled } from './reach.ts';
import { endOf } from '../view/render-answer.ts';
import { chooseShown, lockQuestion, shownOf, versionsOf } from './store.ts';

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

export function createScreens(
  context: Needs<
    'clock' | 'db' | 'discord' | 'fileBytes' | 'files' | 'logger' | 'settings' | 'spending' | 'texts' | 'vault'
  >,
): Screens {
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
  context: Needs<'db' | 'events' | 'transaction'>,
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
export async function showVersion(
  context: Needs<
    'clock' | 'db' | 'discord' | 'fileBytes' | 'files' | 'logger' | 'settings' | 'spending' | 'texts' | 'vault'
  >,
  answerId: string,
  name: string,
): Promise<void> {
  const found = await findAnswer(context.db, answerId);
  // What is being written is shown by its job.
  if (!found || found.answer.state === 'waiting' || found.answer.state === 'written') return;
  const { answer, question } = found;
  const { author_id: authorId } = question;
  const read = context.vault.reader(context.db);
  const [voice, text, footnotes, settings, hasThoughts] = await Promise.all([
    storedVoice(context.db, read, question),
    answer.ciphertext && read(authorId, answer.id, answer.ciphertext),
    decryptFootnotes(read, question, answer),
    settingsOf(context, question),
    offersThoughts(context, answer, question),
  ]);
  const live = answerMessages(context, question, voice, { key: name });
  const maxMessages = await maxMessagesWithin(context, settings, question);
  const { notices, said } = footnotes;
  const { finish } = answer;
  const ended = { text: text ?? '', notices, end: endOf(answer, said), finish, modelId: answer.model_id ?? '' };
  const shown = { answer, question, settings, voice, maxMessages, hasThoughts, ...ended };
  const ids = await showAnswer(context, shown, (message) => live.finish(message));
  await showParts(context.db, answer, ids);
}
