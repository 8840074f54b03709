import {
  ButtonStyle,
  ChannelType,
  ComponentType,
  SelectMenuDefaultValueType,
  TextInputStyle,
} from 'discord-api-types/v10';
import type {
  APIButtonComponentWithCustomId,
  APIEmbed,
  APIMessageTopLevelComponent,
  APIModalInteractionResponseCallbackData,
  APISelectMenuComponent,
  APISelectMenuOption,
} from 'discord-api-types/v10';
import { cutAtWord } from '../../kernel/cut-at-word.ts';
import type { Json } from '../../kernel/json.ts';
import { shortChoices } from '../../kernel/long-names.ts';
import { customId } from '../../sdk/index.ts';
import type { Call, FeatureConfig, OutgoingMessage, SettingField, Translate } from '../../sdk/index.ts';
import { mayChange } from './change.ts';
import type { ConfigContext, Setting } from './change.ts';
import { boundsOf, mostOptions, pageOf, writtenForm } from './rules.ts';
import { allowedText, choiceText, featureName, settingTexts, valueText } from './values.ts';

/** Discord's limits. */
const longestLabel = 100;
const longestTitle = 45;
const longestInput = 4000;
const longestDescription = 4096;

const colour = 0xe9a96a;

/** A page that a select's option leads to; no feature, setting or model is called so. */
const pageValue = /^~page\/(\d{1,4})$/;

export function pageIn(value: string): number | undefined {
  const page = pageValue.exec(value)?.[1];
  return page === undefined ? undefined : Number(page);
}

/** Every feature with settings. */
export function overview(context: ConfigContext, { t }: Call, guildId: string, page = 0): OutgoingMessage {
  const configs = context.configs();
  const lines = configs.map((config) => {
    const changed = config.fields.filter(({ key }) => config.valueIn(guildId, key).from === 'server').length;
    const line = t('overview.line', { name: featureName(config), summary: config.summary });
    return changed === 0 ? line : `${line} (${t('overview.changed', { count: changed })})`;
  });
  const description = cutAtWord(`${t('overview.intro')}\n\n${lines.join('\n')}`, longestDescription);
  const options = configs.map((config) => ({
    label: featureName(config),
    value: config.feature,
    description: t('overview.count', { count: config.fields.length }),
  }));
  return {
    embeds: [{ title: t('overview.title'), description, color: colour }],
    components: [select('feature', 'all', { placeholder: t('overview.pick'), options: paged(options, page, t) })],
  };
}

/** The settings of one feature. */
export function featureView(config: FeatureConfig, { t }: Call, guildId: string, page = 0): OutgoingMessage {
  const { shown, next } = pageOf(config.fields, page);
  const lines = shown.map((field) => {
    const { value, from } = config.valueIn(guildId, field.key);
    const lock = t(`locks.${field.changedBy}`);
    const line = t('feature.line', {
      name: settingTexts(config, field).name,
      value: valueText(config, field, value, t),
      source: t(`sources.${from}`),
    });
    return lock === '' ? line : `${line} · ${lock}`;
  });
  const options = shown.map((field) => {
    const { name, about } = settingTexts(config, field);
    const described = about === '' ? {} : { description: cutAtWord(about.replaceAll('`', ''), longestLabel) };
    return { label: cutAtWord(name, longestLabel), value: field.key, ...described };
  });
  const title = t('feature.title', { feature: featureName(config) });
  const description = cutAtWord(`${config.summary}\n\n${lines.join('\n')}`, longestDescription);
  return {
    content: '',
    embeds: [{ title, description, color: colour }],
    components: [
      select('setting', config.feature, {
        placeholder: t('feature.pick'),
        options: [...options, ...moreOption(next, config.fields.length, t)],
      }),
      row([button('home', 'all', t('buttons.home'))]),
    ],
  };
}

interface Shown {
  /** What has just happened. */
  note?: string;
  /** A text that could not be taken, for another try. */
  rejected?: string;
  page?: number;
}

/** One setting: what it is, what applies and why, and what changes it for who may. */
export async function settingView(
  context: ConfigContext,
  setting: Setting,
  call: Call,
  guildId: string,
  { note = '', rejected, page = 0 }: Shown = {},
): Promise<OutgoingMessage> {
  const { config, field } = setting;
  const { t } = call;
  const mine = mayChange(field, call.caller.instanceAdministrator);
  const locked = mine ? '' : t(field.changedBy === 'owner' ? 'setting.owner-only' : 'setting.in-file', pathOf(setting));
  const retry = rejected === undefined ? [] : [{ title: t('setting.rejected-text'), description: rejected }];
  const back = [button('back', config.feature, t('buttons.back')), button('home', 'all', t('buttons.home'))];
  const { isSet, menu, buttons } = mine
    ? await controls(context, setting, call, guildId, { page, isRetry: rejected !== undefined })
    : { isSet: false, menu: [], buttons: [] };
  const reset = isSet ? [button('reset', pathText(setting), t('buttons.reset'), ButtonStyle.Danger)] : [];
  return {
    content: [note, locked].filter((line) => line !== '').join('\n'),
    embeds: [settingEmbed(setting, guildId, t), ...retry],
    components: [...menu, row([...buttons, ...reset, ...back])],
  };
}

function settingEmbed({ config, field }: Setting, guildId: string, t: Translate): APIEmbed {
  const { name, about } = settingTexts(config, field);
  const value = config.valueIn(guildId, field.key);
  const text = (one: Json) => valueText(config, field, one, t);
  const now = `${text(value.value)}\n-# ${t(`sources.${value.from}`)}`;
  const beneath = `${text(value.beneath.value)}\n-# ${t(`sources.${value.beneath.from}`)}`;
  const isDefault = value.from === 'default';
  return {
    title: cutAtWord(t('setting.title', { feature: featureName(config), setting: name }), 256),
    description: `${about}\n-# \`${pathText({ config, field })}\``,
    color: colour,
    fields: [
      { name: t('setting.now'), value: now, inline: true },
      ...(value.from === 'server' ? [{ name: t('setting.otherwise'), value: beneath, inline: true }] : []),
      ...(isDefault || value.beneath.from === 'default'
        ? []
        : [{ name: t('setting.default'), value: text(field.default), inline: true }]),
      { name: t('setting.allowed'), value: allowedText(config, field, boundsOf(field, value), t), inline: false },
    ],
  };
}

interface Controls {
  /** The server has a value of its own. */
  isSet: boolean;
  menu: APIMessageTopLevelComponent[];
  buttons: APIButtonComponentWithCustomId[];
}

async function controls(
  context: ConfigContext,
  setting: Setting,
  call: Call,
  guildId: string,
  { page, isRetry }: { page: number; isRetry: boolean },
): Promise<Controls> {
  const { config, field } = setting;
  const { t } = call;
  const path = pathText(setting);
  const { value, from, beneath } = config.valueIn(guildId, field.key);
  const { nullable } = boundsOf(field, { beneath });
  const none = nullable && value !== null ? [button('none', path, t('buttons.none'))] : [];
  const isSet = from === 'server';
  if (field.kind === 'boolean') {
    const offered = value === null ? [true, false] : [value !== true];
    const turn = offered.map((on) =>
      button(on ? 'on' : 'off', path, t(on ? 'buttons.on' : 'buttons.off'), ButtonStyle.Primary),
    );
    return { isSet, menu: [], buttons: [...turn, ...none] };
  }
  const menu = await menuOf(context, setting, call, value, page);
  if (menu) return { isSet, menu: [menu], buttons: none };
  const label = t(isRetry ? 'buttons.again' : 'buttons.change');
  return { isSet, menu: [], buttons: [button('write', path, label, ButtonStyle.Primary), ...none] };
}

/** The select of a setting that is chosen, not written; undefined for others. */
async function menuOf(
  context: ConfigContext,
  setting: Setting,
  call: Call,
  value: Json,
  page: number,
): Promise<APIMessageTopLevelComponent | undefined> {
  const { config, field } = setting;
  const { t } = call;
  const chosen = (Array.isArray(value) ? value : [value]).map((one) => String(one as string));
  const many = { min_values: field.min ?? 0, max_values: Math.min(field.max ?? mostOptions, mostOptions) };
  const shape = {
    custom_id: customId('config', 'choose', pathText(setting)),
    placeholder: t(field.isList ? 'setting.pick-many' : 'setting.pick'),
    ...(field.isList && many),
  };
  if (field.kind === 'channel' || field.kind === 'role') return entityMenu(field, shape, chosen);
  if (field.kind === 'model' && !field.isList) {
    const allowed = context.models.list().filter(({ id }) => {
      return context.access.decide(call.caller, call, { kind: 'model', id }).allowed;
    });
    const choices = shortChoices(allowed.map(({ id }) => id));
    const options = [{ label: t('values.default-model'), value: '~default' }, ...choices].map((option) => ({
      ...option,
      default: option.value === '~default' ? value === '' : option.value === value,
    }));
    return select('choose', pathText(setting), { ...shape, options: paged(options, page, t) });
  }
  if (field.kind !== 'choice' || field.choices.length > mostOptions) return undefined;
  const options = field.choices.map((choice) => ({
    label: cutAtWord(choiceText(config, field, choice), longestLabel),
    value: choice,
    default: chosen.includes(choice),
  }));
  const most = field.isList ? { max_values: Math.min(many.max_values, options.length) } : {};
  return select('choose', pathText(setting), { ...shape, ...most, options });
}

function entityMenu(
  { kind }: SettingField,
  shape: { custom_id: string; placeholder: string; min_values?: number; max_values?: number },
  chosen: readonly string[],
): APIMessageTopLevelComponent {
  const ids = chosen.filter((id) => /^\d{17,20}$/.test(id)).slice(0, mostOptions);
  const menu: APISelectMenuComponent =
    kind === 'role'
      ? {
          type: ComponentType.RoleSelect,
          ...shape,
          default_values: ids.map((id) => ({ id, type: SelectMenuDefaultValueType.Role })),
        }
      : {
          type: ComponentType.ChannelSelect,
          ...shape,
          channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement, ChannelType.GuildForum],
          default_values: ids.map((id) => ({ id, type: SelectMenuDefaultValueType.Channel })),
        };
  return { type: ComponentType.ActionRow, components: [menu] };
}

/** The form for a setting that is written, with a text to start from. */
export function settingForm(
  { config, field }: Setting,
  guildId: string,
  text: string | undefined,
  t: Translate,
): APIModalInteractionResponseCallbackData {
  const { name } = settingTexts(config, field);
  const current = config.valueIn(guildId, field.key);
  const value = text ?? writtenForm(field, current.value);
  const isLong = field.isList || (field.kind === 'text' && (field.max ?? longestInput) > 200);
  const allowed = allowedText(config, field, boundsOf(field, current), t);
  return {
    custom_id: customId('config', 'written', pathText({ config, field })),
    title: cutAtWord(name, longestTitle),
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.TextInput,
            custom_id: 'value',
            label: t(field.isList ? 'form.list' : 'form.value'),
            style: isLong ? TextInputStyle.Paragraph : TextInputStyle.Short,
            required: false,
            max_length: longestInput,
            placeholder: cutAtWord(allowed, longestLabel),
            // What does not fit is not shown in part: sending the form would cut it.
            ...(value === '' || value.length > longestInput ? {} : { value }),
          },
        ],
      },
    ],
  };
}

export const pathText = ({ config, field }: Setting): string => `${config.feature}.${field.key}`;
const pathOf = ({ config, field }: Setting) => ({ feature: config.feature, key: field.key });

function paged(options: readonly APISelectMenuOption[], wanted: number, t: Translate): APISelectMenuOption[] {
  const { shown, next } = pageOf(options, wanted);
  return [...shown, ...moreOption(next, options.length, t)];
}

function moreOption(next: ReturnType<typeof pageOf>['next'], count: number, t: Translate): APISelectMenuOption[] {
  if (!next) return [];
  return [{ label: t('more', { from: next.from, to: next.to, count }), value: `~page/${next.page}` }];
}

function select(
  action: string,
  id: string,
  menu: { options: APISelectMenuOption[]; placeholder: string; min_values?: number; max_values?: number },
): APIMessageTopLevelComponent {
  const component = { type: ComponentType.StringSelect as const, custom_id: customId('config', action, id), ...menu };
  return { type: ComponentType.ActionRow, components: [component] };
}

const row = (components: APIButtonComponentWithCustomId[]): APIMessageTopLevelComponent => ({
  type: ComponentType.ActionRow,
  components,
});

function button(
  action: string,
  id: string,
  label: string,
  style: APIButtonComponentWithCustomId['style'] = ButtonStyle.Secondary,
): APIButtonComponentWithCustomId {
  return { type: ComponentType.Button, style, label, custom_id: customId('config', action, id) };
}
