import { UserError } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import { nameMeant } from '../../kernel/long-names.ts';
import type { ComponentCall, ComponentHandler } from '../../sdk/index.ts';
import { actOfCall, changeSetting, findSetting, mayChange, problemWith } from './change.ts';
import type { ConfigContext, Setting } from './change.ts';
import { boundsOf, readWritten } from './rules.ts';
import type { Problem } from './rules.ts';
import { featureView, overview, pageIn, settingForm, settingView } from './view.ts';
import { allowedText } from './values.ts';

interface Press {
  context: ConfigContext;
  call: ComponentCall;
  guildId: string;
}

/** The panel is of the server in which it is used, whatever a custom id says; every press asks for the command's right. */
export function configComponents(context: ConfigContext): Record<string, ComponentHandler> {
  const handler = (run: (press: Press) => Promise<void>): ComponentHandler => ({
    version: 1,
    access: 'guild-administrator',
    right: { commands: ['config'] },
    run: async (call) => {
      if (call.guildId === null) throw new UserError('setting.gone', 'settings are those of a server');
      await run({ context, call, guildId: call.guildId });
    },
  });
  const value = (of: boolean | null | undefined) => handler((press) => change(press, changeable(press), of));
  return {
    feature: handler(chooseFeature),
    setting: handler(chooseSetting),
    home: handler(showAll),
    back: handler(({ call, guildId }) => call.update(featureView(configOf(context, call.id), call, guildId))),
    choose: handler(chooseValue),
    on: value(true),
    off: value(false),
    none: value(null),
    reset: value(undefined),
    write: handler(openForm),
    written: handler(takeWritten),
  };
}

function configOf(context: ConfigContext, feature: string) {
  const config = context.configs().find((one) => one.feature === feature);
  if (!config) throw new UserError('setting.gone', 'there is no such feature');
  return config;
}

/** The id of what belongs to no feature. */
function checkAll({ id }: ComponentCall): void {
  if (id !== 'all') throw new UserError('setting.gone', 'no component of the list of features');
}

async function showAll({ context, call, guildId }: Press): Promise<void> {
  checkAll(call);
  await call.update({ content: '', ...overview(context, call, guildId) });
}

async function chooseFeature({ context, call, guildId }: Press): Promise<void> {
  checkAll(call);
  const [value = ''] = call.values;
  const page = pageIn(value);
  await call.update(
    page === undefined
      ? featureView(configOf(context, value), call, guildId)
      : { content: '', ...overview(context, call, guildId, page) },
  );
}

async function chooseSetting({ context, call, guildId }: Press): Promise<void> {
  const [value = ''] = call.values;
  const page = pageIn(value);
  await call.update(
    page === undefined
      ? await settingView(context, findSetting(context, `${call.id}.${value}`), call, guildId)
      : featureView(configOf(context, call.id), call, guildId, page),
  );
}

/** The setting of the component. Throws a UserError for one that the presser may not change. */
function changeable({ context, call }: Press): Setting {
  const setting = findSetting(context, call.id);
  if (mayChange(setting.field, call.caller.instanceAdministrator)) return setting;
  const { config, field } = setting;
  const code = field.changedBy === 'owner' ? 'setting.owner-only' : 'setting.in-file';
  throw new UserError(code, 'this setting is not for the administrators of a server', {
    ...{ feature: config.feature, key: field.key },
  });
}

async function chooseValue(press: Press): Promise<void> {
  const { context, call, guildId } = press;
  const setting = changeable(press);
  const { isList, kind } = setting.field;
  const [first = ''] = call.values;
  const page = pageIn(first);
  if (page !== undefined) {
    await call.update(await settingView(context, setting, call, guildId, { page }));
    return;
  }
  const ids = kind === 'model' ? context.models.list().map(({ id }) => id) : [];
  const named = call.values.map((name) => (name === '~default' ? '' : (nameMeant(ids, name) ?? name)));
  await change(press, setting, isList ? named : (named[0] ?? null));
}

/** Changes the setting and shows what applies now, or says what is wrong with the value. */
async function change(press: Press, setting: Setting, value: Json | undefined): Promise<void> {
  const { context, call, guildId } = press;
  const problem = value === undefined ? undefined : await problemWith(context, setting, guildId, value, call);
  const note = problem ? rejection(press, setting, problem) : await save(press, setting, value);
  await call.update(await settingView(context, setting, call, guildId, { note }));
}

async function save({ context, call, guildId }: Press, setting: Setting, value: Json | undefined): Promise<string> {
  const { t } = call;
  if (!(await changeSetting(context, setting, guildId, value, actOfCall(call)))) return t('setting.same');
  if (value !== undefined) return t('setting.saved');
  const { from } = setting.config.valueIn(guildId, setting.field.key);
  return t('setting.reset', { source: t(`sources.${from}`) });
}

function rejection({ call: { t }, guildId }: Press, { config, field }: Setting, { code, data = {} }: Problem): string {
  const named = 'unit' in data ? { ...data, unit: t(`unit-names.${data['unit']}`) } : data;
  const text = typeof named['text'] === 'string' ? { text: named['text'].slice(0, 60) } : {};
  const bounds = boundsOf(field, config.valueIn(guildId, field.key));
  return t('setting.rejected', {
    problem: t(`problems.${code}`, { ...named, ...text }),
    allowed: allowedText(config, field, bounds, t),
  });
}

/** A text that was rejected stands in the message of the panel, so that nothing of it is lost and nothing is stored. */
async function openForm(press: Press): Promise<void> {
  const { call, guildId } = press;
  const setting = changeable(press);
  const rejected = call.message?.embeds.find(({ title }) => title === call.t('setting.rejected-text'))?.description;
  await call.modal(settingForm(setting, guildId, rejected, call.t));
}

async function takeWritten(press: Press): Promise<void> {
  const { context, call, guildId } = press;
  const setting = changeable(press);
  const { config, field } = setting;
  const written = call.fields['value'] ?? '';
  const read = readWritten(field, boundsOf(field, config.valueIn(guildId, field.key)), written);
  const problem = 'problem' in read ? read.problem : await problemWith(context, setting, guildId, read.value, call);
  if (!problem && 'value' in read) {
    const note = await save(press, setting, read.value);
    await call.update(await settingView(context, setting, call, guildId, { note }));
    return;
  }
  const note = rejection(press, setting, problem ?? { code: 'none' });
  const rejected = written.trim() === '' ? {} : { rejected: written };
  await call.update(await settingView(context, setting, call, guildId, { note, ...rejected }));
}
