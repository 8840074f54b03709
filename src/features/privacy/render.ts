import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import type { APIButtonComponentWithCustomId, APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { customId } from '../../sdk/index.ts';
import type { Amount, OutgoingMessage, Receipt, Texts, Translate } from '../../sdk/index.ts';

/** The overview of a person's own data. */
interface Overview {
  userId: string;
  amounts: readonly Amount[];
  mayRead: boolean;
  /** null keeps everything; undefined in a direct message. */
  retentionDays: number | null | undefined;
  /** Whether they may set it. */
  managesRetention: boolean;
}

const listed = (amounts: readonly Amount[], texts: Texts, t: Translate): string[] =>
  amounts.map(({ kind, name, count }) => {
    const key = kind === 'service' ? `services.${name}` : `${name}:stored`;
    return `• ${texts.has(`${key}_other`) ? t(key, { count }) : t('other', { count, name })}`;
  });

/** `texts` are this feature's, to look up which exist. Each feature describes its own data. */
export function overviewMessage(overview: Overview, texts: Texts, t: Translate): OutgoingMessage {
  const { userId, amounts, mayRead, retentionDays, managesRetention } = overview;
  const retention =
    retentionDays === undefined
      ? []
      : [retentionDays === null ? t('retention.kept') : t('retention.days', { count: retentionDays })];
  const description = [
    amounts.length === 0 ? t('overview.nothing') : [t('overview.stored'), ...listed(amounts, texts, t)].join('\n'),
    t('overview.encrypted'),
    t(mayRead ? 'overview.read' : 'overview.unread'),
    [...retention, ...(managesRetention ? [t('retention.hint')] : [])].join(' '),
  ];
  return {
    content: '',
    embeds: [{ title: t('overview.title'), description: description.filter((part) => part !== '').join('\n\n') }],
    components: row(
      button('export', userId, t('buttons.export'), ButtonStyle.Primary),
      button(
        mayRead ? 'unread' : 'read',
        userId,
        t(mayRead ? 'buttons.unread' : 'buttons.read'),
        ButtonStyle.Secondary,
      ),
      button('forget', userId, t('buttons.forget'), ButtonStyle.Danger),
    ),
  };
}

export function confirmMessage(userId: string, t: Translate): OutgoingMessage {
  return {
    content: '',
    embeds: [{ title: t('forget.title'), description: t('forget.sure') }],
    components: row(
      button('forget-now', userId, t('buttons.forget-now'), ButtonStyle.Danger),
      button('overview', userId, t('buttons.back'), ButtonStyle.Secondary),
    ),
  };
}

export function receiptMessage({ id, atMs, removed }: Receipt, texts: Texts, t: Translate): OutgoingMessage {
  const rows = removed.map(({ kind, name, count }) => {
    const key = kind === 'service' ? `services.${name}-name` : `${name}:name`;
    return `• ${t('receipt.row', { count, name: texts.has(key) ? t(key) : name })}`;
  });
  const description = [
    t('receipt.done', { when: `<t:${Math.floor(atMs / 1000)}:f>` }),
    ...(rows.length === 0 ? [] : [rows.join('\n')]),
    t('receipt.kept'),
    t('receipt.id', { id }),
  ];
  return {
    content: '',
    embeds: [{ title: t('receipt.title'), description: description.join('\n\n') }],
    components: [],
  };
}

function button(
  action: string,
  userId: string,
  label: string,
  style: ButtonStyle.Primary | ButtonStyle.Secondary | ButtonStyle.Danger,
): APIButtonComponentWithCustomId {
  return { type: ComponentType.Button, custom_id: customId('privacy', action, userId), label, style };
}

const row = (...components: APIButtonComponentWithCustomId[]): APIMessageTopLevelComponent[] => [
  { type: ComponentType.ActionRow, components },
];
