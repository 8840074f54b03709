import type { Translate } from '../../sdk/index.ts';
import type { Notice } from './prompt.ts';

/** The answer with what its reader should know below it, in small print. */
export function withNotices(text: string, notices: readonly Notice[], t: Translate): string {
  if (notices.length === 0) return text;
  const lines = notices.map((notice) => `-# ${t(notice.key, notice.data)}`);
  return [text, ...lines].join('\n');
}

/** The text that explains a failure, by the error's code; one tells of whatever Discord refused. */
export const failureKey = (code: string) =>
  code.startsWith('discord/') ? 'failures.discord' : `failures.${code.replace('/', '.')}`;

/** What was written before the failure stays, with the reason below it. */
export function failedAnswer(partial: string, reason: string): string {
  return partial === '' ? `⚠️ ${reason}` : `${partial}\n\n-# ⚠️ ${reason}`;
}

/** As words on one line: cut Markdown would run on into what follows. */
export function line(text: string, length: number): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  const cut = plain.length > length ? `${plain.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : plain;
  return cut.replace(/[*_~`|\\<>[\]#]/g, '\\$&');
}
