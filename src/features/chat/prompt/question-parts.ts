import { pictureSizeOf } from '../../../sdk/index.ts';
import type { ContentPart, ModelInfo } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import type { Notice } from '../notice.ts';
import { loadFiles } from './question-files.ts';
import type { HeldFiles, LoadedFile } from './question-files.ts';
import { spoken } from '../intake/read-message.ts';
import type { Attachment, Question } from '../intake/read-message.ts';

/** A part of a question, with its size in tokens. */
interface SizedPart {
  part: ContentPart;
  kind: LoadedFile['kind'];
  tokens: number;
}

export interface QuestionParts {
  content: ContentPart[];
  /** By what they are, in tokens. */
  tokens: { text: number; pictures: number; files: number };
}

interface Asked {
  context: ChatContext;
  model: ModelInfo;
  question: Question;
  /** The files of what it is about. */
  quoted: readonly Attachment[];
  /** Whether it begins with its author's name. */
  named: boolean;
  /** What the parts may take together. */
  limitTokens: number;
  held: HeldFiles;
  signal: AbortSignal;
}

/**
 * A question as a model gets it, with its pictures and text files, shortened to the limit: the last parts first. What the
 * asker should know of that is added to the notices.
 */
export async function questionParts(asked: Asked, notices: Notice[]): Promise<QuestionParts> {
  const { name, text, attachments } = asked.question;
  const files = await loadFiles({ ...asked, attachments }, notices);
  const said = { kind: 'text' as const, part: asText(spoken(name, text, asked.named)) };
  const sized = await Promise.all(
    [said, ...files].map(async ({ kind, part }): Promise<SizedPart> => ({
      kind,
      part,
      tokens: await sizeOf(asked, part),
    })),
  );
  const { fitted, cut } = fit(sized, asked.limitTokens);
  if (cut) notices.push({ key: 'notices.cut', data: {} });
  const sum = (wanted: SizedPart['kind']) =>
    fitted.filter(({ kind }) => kind === wanted).reduce((total, { tokens }) => total + tokens, 0);
  const tokens = { text: sum('text'), pictures: sum('picture'), files: sum('file') };
  return { content: plain(fitted.map(({ part }) => part)), tokens };
}

const asText = (text: string): ContentPart => ({ type: 'text', text });

async function sizeOf({ context, model }: Asked, part: ContentPart): Promise<number> {
  return part.type === 'file'
    ? context.models.pictureTokens(model.id, pictureSizeOf(part))
    : context.models.countTokens(model.id, part.text);
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
      if (part.type === 'file' || left < 16) continue;
      // Tokens are spread evenly enough over a text for its share of characters to be a safe cut.
      const text = part.text.slice(0, Math.floor((part.text.length * left) / tokens));
      fitted.push({ kind, part: asText(text), tokens: left });
    }
    left -= Math.min(tokens, left);
  }
  return { fitted, cut };
}

/** One text where there is nothing else. */
function plain(parts: ContentPart[]): ContentPart[] {
  return parts.every((part) => part.type === 'text') ? [asText(parts.map((part) => part.text).join(''))] : parts;
}
