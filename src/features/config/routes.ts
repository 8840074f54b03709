import { z } from 'zod';
import { defineRoute, RouteError } from '../../sdk/index.ts';
import type { AuditEntry, Route } from '../../sdk/index.ts';
import { changeSetting, mayChange, problemWith } from './change.ts';
import type { ConfigContext, Setting } from './change.ts';
import { boundsOf, readWritten, writtenForm } from './rules.ts';
import type { Problem } from './rules.ts';
import { allowedText, choiceText, featureName, settingTexts } from './values.ts';

const id = z.string().regex(/^\d{17,20}$/, 'a Discord id has 17 to 20 digits');
const named = z.object({ id: z.string(), name: z.string() });
const serverParams = z.object({ serverId: id });
const settingParams = z.object({ serverId: id, feature: z.string().max(32), key: z.string().max(64) });

const settingShape = z.object({
  key: z.string(),
  name: z.string(),
  about: z.string(),
  kind: z.string(),
  isList: z.boolean(),
  nullable: z.boolean(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
  /** What may be, in words. */
  allowed: z.string(),
  value: z.json(),
  /** The value as it is written into a form. */
  written: z.string(),
  from: z.enum(['default', 'file', 'server']),
  changedBy: z.enum(['server', 'owner', 'file']),
});

const serverShape = z.object({
  ...named.shape,
  channels: z.array(named),
  roles: z.array(named),
  models: z.array(z.string()),
  features: z.array(
    z.object({ feature: z.string(), name: z.string(), summary: z.string(), settings: z.array(settingShape) }),
  ),
});

/** The settings over HTTP, for the page of the dashboard and for programs. A key with the scope acts as the bot's owner. */
export function configRoutes(context: ConfigContext): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/servers',
      summary: 'The servers of the bot.',
      scope: 'config:read',
      response: z.array(named),
      run: () => context.discord.guilds(),
    }),
    defineRoute({
      method: 'GET',
      path: '/servers/:serverId',
      summary: 'Every setting of a server, with what it can name.',
      scope: 'config:read',
      params: serverParams,
      response: serverShape,
      run: ({ params }) => serverOf(context, params.serverId),
    }),
    defineRoute({
      method: 'PUT',
      path: '/servers/:serverId/:feature/:key',
      summary: 'Sets a value for a server: as JSON, or as a person writes it.',
      scope: 'config:write',
      params: settingParams,
      body: z.union([z.strictObject({ value: z.json() }), z.strictObject({ written: z.string() })]),
      response: settingShape,
      run: async ({ params, body, key }) => {
        const setting = await changeable(context, params);
        const read = 'value' in body ? { value: body.value } : readAs(setting, params.serverId, body.written);
        const problem =
          'problem' in read ? read.problem : await problemWith(context, setting, params.serverId, read.value);
        if (problem || !('value' in read))
          throw rejected(context, setting, params.serverId, problem ?? { code: 'none' });
        await changeSetting(context, setting, params.serverId, read.value, actOfKey(key?.name, params.serverId));
        return settingOf(context, setting, params.serverId);
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/servers/:serverId/:feature/:key',
      summary: 'Resets a setting of a server.',
      scope: 'config:write',
      params: settingParams,
      response: settingShape,
      run: async ({ params, key }) => {
        const setting = await changeable(context, params);
        await changeSetting(context, setting, params.serverId, undefined, actOfKey(key?.name, params.serverId));
        return settingOf(context, setting, params.serverId);
      },
    }),
  ];
}

/** `api key grafana` in the audit. */
const actOfKey =
  (name: string | undefined, guildId: string) =>
  (act: Pick<AuditEntry, 'action' | 'targetId' | 'details'>): AuditEntry => ({
    ...{ actorId: `api key ${name ?? ''}`, outcome: 'done', guildId, channelId: null, reason: '' },
    ...act,
  });

function readAs({ config, field }: Setting, serverId: string, written: string) {
  return readWritten(field, boundsOf(field, config.valueIn(serverId, field.key)), written);
}

/** Throws a RouteError for a setting that there is not, and for one that is in the settings file only. */
async function changeable(context: ConfigContext, params: z.output<typeof settingParams>): Promise<Setting> {
  await guildOf(context, params.serverId);
  const config = context.configs().find(({ feature }) => feature === params.feature);
  const field = config?.fields.find(({ key }) => key === params.key);
  if (!config || !field) throw new RouteError(404, 'api.no-setting', 'there is no such setting');
  if (!mayChange(field, true)) throw new RouteError(403, 'api.in-file', 'this setting is in the settings file only');
  return { config, field };
}

async function guildOf(context: ConfigContext, serverId: string) {
  const guild = (await context.discord.guilds()).find((one) => one.id === serverId);
  if (!guild) throw new RouteError(404, 'api.no-server', 'the bot is in no such server');
  return guild;
}

function rejected(context: ConfigContext, { config, field }: Setting, serverId: string, { code, data = {} }: Problem) {
  const t = context.texts.in(undefined);
  const bounds = boundsOf(field, config.valueIn(serverId, field.key));
  const filled = 'unit' in data ? { ...data, unit: t(`unit-names.${data['unit']}`) } : data;
  const problem = t(`problems.${code}`, filled);
  return new RouteError(422, 'api.rejected', problem, { problem, allowed: allowedText(config, field, bounds, t) });
}

function settingOf(context: ConfigContext, setting: Setting, serverId: string): z.input<typeof settingShape> {
  const { config, field } = setting;
  const { key, kind, isList, changedBy } = field;
  const value = config.valueIn(serverId, key);
  const bounds = boundsOf(field, value);
  return {
    ...{ key, kind, isList, changedBy, nullable: bounds.nullable },
    ...settingTexts(config, field),
    choices: field.choices.map((choice) => ({ value: choice, label: choiceText(config, field, choice) })),
    allowed: allowedText(config, field, bounds, context.texts.in(undefined)),
    value: value.value,
    written: writtenForm(field, value.value),
    from: value.from,
  };
}

async function serverOf(context: ConfigContext, serverId: string): Promise<z.input<typeof serverShape>> {
  const { id: guildId, name, channels, roles } = await guildOf(context, serverId);
  // Those in which people write: text, announcements, forums.
  const written = channels.filter(({ type }) => [0, 5, 15].includes(type));
  return {
    ...{ id: guildId, name, channels: written, roles: [...roles] },
    models: context.models.list().map(({ id: model }) => model),
    features: context.configs().map((config) => ({
      ...{ feature: config.feature, name: featureName(config), summary: config.summary },
      settings: config.fields.map((field) => settingOf(context, { config, field }, serverId)),
    })),
  };
}
