import type { Translate } from '../../../sdk/index.ts';
import type { Notice } from '../notice.ts';

/** What the reader of an answer should know, in small print below it. */
export const below = (notices: readonly Notice[], t: Translate): string =>
  notices.map((notice) => `\n-# ${t(notice.key, notice.data)}`).join('');

/** The text that explains a failure, by the error's code; one tells of whatever Discord refused. */
export const failureKey = (code: string) =>
  code.startsWith('discord/') ? 'failures.discord' : `failures.${code.replace('/', '.')}`;
