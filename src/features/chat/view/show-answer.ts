import { VendorError } from '../../../kernel/errors.ts';
import type { LivePart } from '../../../sdk/index.ts';
import { versionPlace } from '../actions/store.ts';
import { requestOf } from '../chat.ts';
import type { Needs } from '../chat.ts';
import type { ChatSettings } from '../settings.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { setAttachment } from './answer-file-store.ts';
import { loadAnswerFiles } from './answer-files.ts';
import type { LoadedFiles } from './answer-files.ts';
import { mayAttach } from './long-answers.ts';
import { renderAnswer } from './render-answer.ts';
import type { EndedAnswer, RenderedAnswer } from './render-answer.ts';
import { lineAbove } from './voice.ts';
import type { Voice } from './voice.ts';

/** An answer that has ended, with where it stands. */
export interface ShownAnswer extends Omit<EndedAnswer, 'id' | 'place' | 'buttons' | 'above' | 'files'> {
  answer: Pick<AnswerRow, 'id' | 'question_id' | 'tries'>;
  question: QuestionRow;
  settings: Pick<ChatSettings, 'answerButtons'>;
  voice: Voice | undefined;
}

type Context = Needs<'db' | 'discord' | 'fileBytes' | 'files' | 'spending' | 'texts' | 'vault'>;

const missingPermissions = 'discord/50013';
/** Not worth an answer without its words. */
const fileRefusals: readonly string[] = [missingPermissions, 'discord/40005', 'discord/413'];

/**
 * Shows how an answer ended: `finish` writes it into its messages. Resolves to the ids of these. Where files are refused that
 * the cache of permissions allowed, the answer comes without them, in as many messages as it needs.
 */
export async function showAnswer(
  context: Context,
  shown: ShownAnswer,
  finish: (message: RenderedAnswer) => Promise<readonly LivePart[]>,
): Promise<string[]> {
  const { db, texts, spending } = context;
  const { answer, question, settings, voice } = shown;
  const t = texts.in(undefined);
  const placed = versionPlace(db, answer);
  // Awaited below.
  placed.catch(() => {});
  const loaded = await loadAnswerFiles(context, { answer, question });
  try {
    const files = await attachable(context, shown, loaded);
    const ended = {
      ...shown,
      id: answer.id,
      place: await placed,
      buttons: settings.answerButtons,
      above: lineAbove(question, voice, t),
      files: files.files,
      notices: [...shown.notices, ...files.notices],
    };
    const message = renderAnswer(ended, t);
    const finishWithoutFile = (error: unknown) => {
      const isFile = message.files !== undefined && error instanceof VendorError && fileRefusals.includes(error.code);
      if (!isFile) throw error;
      const notices = [...ended.notices, ...missing(error.code, files.files.length)];
      return finish(renderAnswer({ ...ended, notices, files: [], maxMessages: undefined }, t));
    };
    const parts = await finish(message).catch(finishWithoutFile);
    await noteAttachments(context, files.files, message.files?.length ?? 0, parts);
    const ids = parts.map(({ messageId }) => messageId);
    // Before the answer is done: after that no run comes to store it.
    await spending.shown(requestOf(answer), ids);
    return ids;
  } finally {
    loaded.release();
  }
}

type Files = Pick<LoadedFiles, 'files' | 'notices'>;

/** A webhook attaches files by rights of its own. */
async function attachable({ discord }: Context, { question, voice }: ShownAnswer, loaded: Files): Promise<Files> {
  const { files, notices } = loaded;
  const isAllowed =
    files.length === 0 || voice?.byWebhook === true || (await mayAttach(discord.cache, question.channel_id));
  return isAllowed ? loaded : { files: [], notices: [...notices, ...missing(missingPermissions, files.length)] };
}

function missing(code: string, count: number): Files['notices'] {
  if (count === 0) return [];
  return [{ key: code === missingPermissions ? 'notices.may-not-attach' : 'notices.files-refused', data: { count } }];
}

/** Where the files are from now on, so that an edit can leave them there. They are the last ones of the message. */
async function noteAttachments(
  { db }: Needs<'db'>,
  files: Files['files'],
  shownFiles: number,
  parts: readonly LivePart[],
): Promise<void> {
  const shown = parts.flatMap(({ messageId, attachmentIds = [] }) =>
    attachmentIds.map((attachmentId) => ({ messageId, attachmentId })),
  );
  if (shown.length !== shownFiles) return;
  for (const [index, { id }] of files.entries()) {
    const place = shown[shownFiles - files.length + index];
    if (place && place.attachmentId !== '') await setAttachment(db, { id, ...place });
  }
}
