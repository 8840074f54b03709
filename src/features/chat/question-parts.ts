import type { ContentPart, ModelInfo } from '../../sdk/index.ts';
import type { ChatContext } from './chat.ts';
import type { Notice } from './prompt.ts';
import { isPicture, isText, spoken } from './rules.ts';
import type { Attachment, Question } from './rules.ts';

export const pictureLimit = { count: 4, bytes: 8 * 1024 * 1024 };
const textFileLimitBytes = 256 * 1024;
/** What a picture costs of the window, whatever its size: a little above what providers document for large ones. */
export const pictureTokens = 1600;

/** A part of a question, with its size in tokens. */
interface SizedPart {
  part: ContentPart;
  kind: 'text' | 'picture' | 'file';
  tokens: number;
}

export interface QuestionParts {
  content: string | ContentPart[];
  /** By what they are, in tokens. */
  tokens: { text: number; pictures: number; files: number };
}

interface Asked {
  context: ChatContext;
  model: ModelInfo;
  question: Question;
  /** Whether it begins with its author's name. */
  named: boolean;
  /** What the parts may take together. */
  limitTokens: number;
  signal: AbortSignal;
}

/**
 * A question as a model gets it, with its pictures and text files, shortened to the limit: the last parts first. What the
 * asker should know of that is added to the notices.
 */
export async function questionParts(asked: Asked, notices: Notice[]): Promise<QuestionParts> {
  const loaded = [
    { kind: 'text' as const, part: asText(spoken(asked.question.name, asked.question.text, asked.named)) },
    ...(await pictures(asked, notices)),
    ...(await files(asked, notices)),
  ];
  const sized = await Promise.all(
    loaded.map(async ({ kind, part }): Promise<SizedPart> => ({ kind, part, tokens: await sizeOf(asked, part) })),
  );
  const { fitted, cut } = fit(sized, asked.limitTokens);
  if (cut) notices.push({ key: 'notices.cut', data: {} });
  const sum = (wanted: SizedPart['kind']) =>
    fitted.filter(({ kind }) => kind === wanted).reduce((total, { tokens }) => total + tokens, 0);
  const tokens = { text: sum('text'), pictures: sum('picture'), files: sum('file') };
  return { content: plain(fitted.map(({ part }) => part)), tokens };
}

type Loaded = Omit<SizedPart, 'tokens'>;

const asText = (text: string): ContentPart => ({ type: 'text', text });

async function sizeOf({ context, model }: Asked, part: ContentPart): Promise<number> {
  return part.type === 'image' ? pictureTokens : context.models.countTokens(model.id, part.text);
}

async function pictures(asked: Asked, notices: Notice[]): Promise<Loaded[]> {
  const { model, question } = asked;
  const attached = question.attachments.filter(isPicture);
  if (attached.length === 0) return [];
  if (!model.abilities.vision) {
    notices.push({ key: 'notices.unseen', data: { model: model.id, count: attached.length } });
    return [{ kind: 'text', part: asText(unseenNote(attached)) }];
  }
  const { count, bytes } = pictureLimit;
  if (attached.length > count) {
    notices.push({ key: 'notices.pictures-dropped', data: { count: attached.length, limit: count } });
  }
  const loaded: Loaded[] = [];
  for (const file of attached.slice(0, count)) {
    const data = await load(asked, file, bytes, notices);
    if (data) loaded.push({ kind: 'picture', part: { type: 'image', mediaType: file.contentType, data } });
  }
  return loaded;
}

async function files(asked: Asked, notices: Notice[]): Promise<Loaded[]> {
  const loaded: Loaded[] = [];
  for (const file of asked.question.attachments.filter((attachment) => !isPicture(attachment))) {
    if (!isText(file)) {
      notices.push({ key: 'notices.unreadable', data: { file: file.filename } });
      continue;
    }
    const data = await load(asked, file, textFileLimitBytes, notices);
    const text = data && `\n\nFile "${file.filename}":\n${new TextDecoder().decode(data)}`;
    if (text) loaded.push({ kind: 'file', part: asText(text) });
  }
  return loaded;
}

const unseenNote = (attached: readonly Attachment[]) =>
  `\n\n[Attached, but you cannot see pictures: ${attached.map((file) => file.filename).join(', ')}]`;

/** Undefined, with a notice, when the file is too large or cannot be had. */
async function load(
  { context, signal }: Asked,
  file: Attachment,
  limitBytes: number,
  notices: Notice[],
): Promise<Uint8Array | undefined> {
  if (file.size > limitBytes) {
    notices.push({ key: 'notices.too-large', data: { file: file.filename, limitKb: Math.floor(limitBytes / 1024) } });
    return undefined;
  }
  try {
    return await context.discord.actions.attachment(file.url, limitBytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    context.logger.warn({ error }, 'An attachment could not be loaded.');
    notices.push({ key: 'notices.not-loaded', data: { file: file.filename } });
    return undefined;
  }
}

/** Shortens texts and drops pictures, last first, until all fit the limit. */
function fit(parts: readonly SizedPart[], limitTokens: number): { fitted: SizedPart[]; cut: boolean } {
  let left = limitTokens;
  let cut = false;
  const fitted: SizedPart[] = [];
  for (const { kind, part, tokens } of parts) {
    if (tokens <= left) {
      fitted.push({ kind, part, tokens });
    } else {
      cut = true;
      if (part.type === 'image' || left < 16) continue;
      // Tokens are spread evenly enough over a text for its share of characters to be a safe cut.
      const text = part.text.slice(0, Math.floor((part.text.length * left) / tokens));
      fitted.push({ kind, part: asText(text), tokens: left });
    }
    left -= Math.min(tokens, left);
  }
  return { fitted, cut };
}

/** One string where there is nothing but text: every provider takes that. */
function plain(parts: ContentPart[]): string | ContentPart[] {
  return parts.every((part) => part.type === 'text') ? parts.map((part) => part.text).join('') : parts;
}
