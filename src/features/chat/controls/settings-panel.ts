import { ComponentType } from 'discord-api-types/v10';
import type { APIMessageTopLevelComponent, APISelectMenuOption } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { customId } from '../../../sdk/index.ts';
import type { ComponentCall, OutgoingMessage } from '../../../sdk/index.ts';
import { allowedModels, checkModel } from '../allowed-models.ts';
import type { ChatContext } from '../chat.ts';
import { setForConversation, valuesOf } from '../conversations.ts';
import type { ConversationSetting } from '../conversations.ts';
import type { ChatSettings } from '../settings.ts';
import { chatSettings } from '../settings.ts';
import { selectOptions } from './other-model.ts';
import { moderates, reached } from './reach.ts';
import { ownerOf } from './store.ts';

/** The value of the option that follows what is set for channel, person and server. */
const unset = 'unset';
/** Exchanges that can be chosen to be sent along. */
const contextSizes = [0, 4, 8, 20, 50];

type Own = Partial<ChatSettings>;

/** One select of the panel: what it sets, and what can be chosen. */
interface Choice {
  setting: ConversationSetting;
  options(context: ChatContext, call: ComponentCall, own: Own): APISelectMenuOption[];
  /** Throws a UserError when it may not be chosen. */
  read(context: ChatContext, call: ComponentCall, value: string): ChatSettings[ConversationSetting];
}

/** In the order of the panel, by the action of the select. A message holds five. */
const choices: Readonly<Record<string, Choice>> = {
  'set-model': {
    setting: 'model',
    options: (context, call, { model }) =>
      allowedModels(context, call)
        .slice(0, selectOptions - 2)
        .map(({ id }) => option(id, id, id === model)),
    read: (context, call, value) => {
      const model = context.models.find(value);
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

/** Moderators, whoever opened the conversation and, in direct messages, the person. */
export async function maySettle(context: ChatContext, call: ComponentCall): Promise<boolean> {
  if (call.guildId === null || moderates(call)) return true;
  return (await ownerOf(context.db, call.channelId)) === call.caller.userId;
}

export async function openSettings(context: ChatContext, call: ComponentCall): Promise<void> {
  await reached(context, call);
  await checkSettler(context, call);
  await call.update(await panel(context, call));
}

/** Saves what was chosen for this conversation, and shows the panel as it is then. */
export async function choose(context: ChatContext, call: ComponentCall, action: string): Promise<void> {
  const choice = choices[action];
  // A custom id is the client's word: the panel belongs to the conversation that it was opened in.
  if (!choice || call.id !== call.channelId) throw new UserError('errors.expired', 'the panel of another place');
  await checkSettler(context, call);
  const [value = unset] = call.values;
  const { setting } = choice;
  const read = value === unset ? undefined : choice.read(context, call, value);
  await setForConversation(context.db, call.channelId, setting, read);
  await call.update(await panel(context, call));
}

async function checkSettler(context: ChatContext, call: ComponentCall): Promise<void> {
  if (await maySettle(context, call)) return;
  throw new UserError('settings.not-yours', 'only moderators and the one who opened the conversation');
}

async function panel(context: ChatContext, call: ComponentCall): Promise<OutgoingMessage> {
  const { channelId, t } = call;
  const own = await valuesOf(context.db, channelId);
  const rows = Object.entries(choices).map(([action, choice]): APIMessageTopLevelComponent => {
    const options = choice.options(context, call, own);
    const current = own[choice.setting];
    const offered = options.some((one) => one.default) || current === undefined;
    // What others have chosen is shown also where the presser could not choose it.
    const kept = offered ? [] : [option(String(current), String(current), true)];
    const follow = option(t(`settings.${choice.setting}.unset`), unset, current === undefined);
    return {
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.StringSelect,
          custom_id: customId('chat', action, channelId),
          options: [follow, ...options, ...kept],
        },
      ],
    };
  });
  return { content: t('settings.title'), components: rows };
}

const option = (label: string, value: string, chosen: boolean): APISelectMenuOption => ({
  label: label.slice(0, 100),
  value: value.slice(0, 100),
  ...(chosen ? { default: true } : {}),
});
