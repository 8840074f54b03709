import { ComponentType } from 'discord-api-types/v10';
import type { APIMessage, APIMessageTopLevelComponent, APISelectMenuOption } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { shortLabel, shortReference } from '../../../kernel/long-names.ts';
import { customId, parseCustomId } from '../../../sdk/index.ts';
import type { Call, ComponentCall, OutgoingMessage } from '../../../sdk/index.ts';
import { allowedModels, checkModel } from '../allowed-models.ts';
import type { Needs } from '../chat.ts';
import { canConfigureConversation, setForConversation, valuesOf } from '../turns/conversations.ts';
import type { ConversationSetting } from '../turns/conversations.ts';
import type { ChatSettings } from '../settings.ts';
import { chatSettings } from '../settings.ts';
import { button, row as buttonRow } from '../view/buttons.ts';
import { modelMeant, modelOptions, pageIn, selectOptions } from './model-select.ts';
import { reached } from './reach.ts';
import { settingsInForce } from './settings-in-force.ts';

/** The value of the option that follows what is set for channel, person and server. */
const unset = 'unset';
/** Exchanges that can be chosen to be sent along. */
const contextSizes = [0, 4, 8, 20, 50];

type Own = Partial<ChatSettings>;

/** One select of the panel: what it sets, and what can be chosen. */
interface Choice {
  setting: ConversationSetting;
  options(context: Needs<'access' | 'audit' | 'models'>, call: Call, own: Own, page: number): APISelectMenuOption[];
  /** Throws a UserError when it may not be chosen. */
  read(context: Needs<'access' | 'audit' | 'models'>, call: Call, value: string): ChatSettings[ConversationSetting];
}

/** In the order of the panel, by the action of the select. A message holds five. */
const choices: Readonly<Record<string, Choice>> = {
  'set-model': {
    setting: 'model',
    options: (context, call, { model = '' }, page) => {
      const ids = allowedModels(context, call).map(({ id }) => id);
      return modelOptions(ids, { page, most: selectOptions - 2, t: call.t }).map(({ label, value }) =>
        option(label, value, value === shortReference(model)),
      );
    },
    read: (context, call, value) => {
      const model = modelMeant(context, value);
      if (!model) throw new UserError('model.unknown', 'no such model', { name: value });
      checkModel(context, call, model);
      return model.id;
    },
  },
  'set-creativity': {
    setting: 'creativity',
    options: (_context, { t }, { creativity }) =>
      chatSettings.shape.creativity
        .unwrap()
        .options.map((value) => option(t(`settings.creativity.${value}`), value, value === creativity)),
    read: (_context, _call, value) => chatSettings.shape.creativity.parse(value),
  },
  'set-context': {
    setting: 'historySent',
    options: (_context, { t }, { historySent }) =>
      contextSizes.map((count) => option(t('settings.context.size', { count }), String(count), count === historySent)),
    read: (_context, _call, value) => chatSettings.shape.historySent.parse(Number(value)),
  },
};

export const settingActions = Object.keys(choices);

export async function openSettings(
  context: Needs<'access' | 'audit' | 'db' | 'extensions' | 'models' | 'settings'>,
  call: ComponentCall,
): Promise<void> {
  await reached(context, call);
  await checkCanConfigure(context, call);
  await call.update(await settingsView(context, call));
}

/** Saves what was chosen for this conversation, and shows the panel as it is then. */
export async function choose(
  context: Needs<'access' | 'audit' | 'clock' | 'db' | 'discord' | 'extensions' | 'models' | 'settings'>,
  call: ComponentCall,
  action: string,
): Promise<void> {
  const choice = choices[action];
  checkPanel(call);
  if (!choice) throw new UserError('errors.expired', 'no such setting');
  await checkCanConfigure(context, call);
  const [value = unset] = call.values;
  const page = pageIn(value);
  if (page !== undefined) {
    await call.update(await settingsView(context, call, { modelPage: page }));
    return;
  }
  const { setting } = choice;
  const read = value === unset ? undefined : choice.read(context, call, value);
  await setForConversation(context, call, setting, read);
  await call.update(await settingsView(context, call));
}

/** A custom id is the client's word: the panel belongs to the conversation that it was opened in. */
function checkPanel(call: ComponentCall): void {
  if (call.id !== call.channelId) throw new UserError('errors.expired', 'the panel of another place');
}

async function checkCanConfigure(context: Needs<'db'>, call: ComponentCall): Promise<void> {
  if (await canConfigureConversation(context, call)) return;
  throw new UserError('settings.not-yours', 'only moderators and the one who opened the conversation');
}

/**
 * What applies to the caller here, with menus to change it for the conversation where they may; more menus than a message
 * holds come in pages. A component of the panel shows the page that it is on.
 */
export async function settingsView(
  context: Needs<'access' | 'audit' | 'db' | 'extensions' | 'models' | 'settings'>,
  call: Call & Partial<Pick<ComponentCall, 'message'>>,
  { modelPage = 0, page = pageOf(call.message) }: { modelPage?: number; page?: number } = {},
): Promise<OutgoingMessage> {
  const { t, guildId } = call;
  const own = await valuesOf(context.db, call.channelId);
  const mayChange = await canConfigureConversation(context, call);
  const summary = await settingsInForce(context, call, own);
  if (!mayChange) {
    return { content: t('settings.read-only'), embeds: [summary], components: [] };
  }
  const rows = Object.entries(choices).map(([action, choice]) => {
    const options = choice.options(context, call, own, modelPage);
    return row(call, own, action, { setting: choice.setting, options });
  });
  const added = await Promise.all(
    context.extensions('turnSettings').map(({ part, texts }) => part.rows({ ...call, t: texts.in(undefined) })),
  );
  return {
    content: t(guildId === null ? 'settings.title-dm' : 'settings.title'),
    embeds: [summary],
    components: paged([...rows, ...added.flat()], page, call),
  };
}

/** Discord's limit for a message. */
const mostRows = 5;

function paged(
  rows: readonly APIMessageTopLevelComponent[],
  wanted: number,
  { channelId, t }: Call,
): APIMessageTopLevelComponent[] {
  if (rows.length <= mostRows) return [...rows];
  const size = mostRows - 1;
  const pages = Math.ceil(rows.length / size);
  const page = Math.min(wanted, pages - 1);
  const next = (page + 1) % pages;
  const turn = button(pageAction, `${channelId}-${next}`, {
    label: t('settings.next-page', { page: page + 1, pages }),
  });
  return [...rows.slice(page * size, (page + 1) * size), ...buttonRow([turn])];
}

export const pageAction = 'settings-page';
const pageId = /^(\d{17,20})-(\d{1,2})$/;

/** The page of a panel. Its button leads to the next one. */
function pageOf(message: APIMessage | undefined): number {
  for (const { components = [] } of (message?.components ?? []) as { components?: { custom_id?: string }[] }[]) {
    for (const { custom_id: id = '' } of components) {
      const parsed = parseCustomId(id);
      const next = parsed?.action === pageAction ? pageId.exec(parsed.id)?.[2] : undefined;
      // The last page leads to the first.
      if (next !== undefined) return next === '0' ? Number.MAX_SAFE_INTEGER : Number(next) - 1;
    }
  }
  return 0;
}

/** Shows the page that is the button's. */
export async function turnSettings(
  context: Needs<'access' | 'audit' | 'db' | 'extensions' | 'models' | 'settings'>,
  call: ComponentCall,
): Promise<void> {
  const [, channelId, page] = pageId.exec(call.id) ?? [];
  checkPanel({ ...call, id: channelId ?? '' });
  await checkCanConfigure(context, call);
  await call.update(await settingsView(context, call, { page: Number(page) }));
}

function row(
  { channelId, t }: Call,
  own: Own,
  action: string,
  { setting, options }: { setting: ConversationSetting; options: APISelectMenuOption[] },
): APIMessageTopLevelComponent {
  const current = own[setting];
  const offered = options.some((one) => one.default) || current === undefined;
  // What others have chosen is shown also where the presser could not choose it.
  const kept = offered ? [] : [option(shortLabel(String(current)), shortReference(String(current)), true)];
  const follow = option(t(`settings.${setting}.unset`), unset, current === undefined);
  const select = {
    type: ComponentType.StringSelect as const,
    custom_id: customId('chat', action, channelId),
    options: [follow, ...options, ...kept],
  };
  return { type: ComponentType.ActionRow, components: [select] };
}

const option = (label: string, value: string, chosen: boolean): APISelectMenuOption => ({
  label,
  value,
  ...(chosen ? { default: true } : {}),
});
