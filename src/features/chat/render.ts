import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import type { Translate } from '../../sdk/index.ts';
import { customId } from '../../sdk/index.ts';
import type { Notice } from './prompt.ts';

function button(action: string, answerId: string, label: string, style: ButtonStyle): APIMessageTopLevelComponent {
  return {
    type: ComponentType.ActionRow,
    components: [
      {
        type: ComponentType.Button,
        custom_id: customId('chat', action, answerId),
        label,
        style: style as ButtonStyle.Secondary,
      },
    ],
  };
}

export function stopButton(answerId: string, t: Translate): APIMessageTopLevelComponent[] {
  return [button('stop', answerId, t('buttons.stop'), ButtonStyle.Secondary)];
}

export function retryButton(answerId: string, t: Translate): APIMessageTopLevelComponent[] {
  return [button('retry', answerId, t('buttons.retry'), ButtonStyle.Primary)];
}

/** The answer with what its reader should know below it, in small print. */
export function withNotices(text: string, notices: readonly Notice[], t: Translate): string {
  if (notices.length === 0) return text;
  const lines = notices.map((notice) => `-# ${t(notice.key, notice.data)}`);
  return [text, ...lines].join('\n');
}

/** The text that explains a failure, by the error's code. */
export const failureKey = (code: string) => `failures.${code.replace('/', '.')}`;

/** What was written before the failure stays, with the reason below it. */
export function failedAnswer(partial: string, reason: string): string {
  return partial === '' ? `⚠️ ${reason}` : `${partial}\n\n-# ⚠️ ${reason}`;
}
