import { UserError } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import { nameMeant } from '../../kernel/long-names.ts';
import type { AuditEntry, Call, FeatureConfig, FeatureContext, SettingField } from '../../sdk/index.ts';
import { actOf } from '../../sdk/index.ts';
import { boundsOf, isSame } from './rules.ts';
import type { Problem } from './rules.ts';

export type ConfigContext = FeatureContext<Record<string, never>>;

export interface Setting {
  config: FeatureConfig;
  field: SettingField;
}

/** Longer texts are cut in the audit, which tells what changed and keeps no prompts. */
const auditCharacters = 200;

/** The setting that `chat.historySent` names. Throws a UserError where there is none. */
export function findSetting(context: ConfigContext, path: string): Setting {
  const [feature = '', key = ''] = path.split('.');
  const config = context.configs().find((one) => one.feature === feature);
  const field = config?.fields.find((one) => one.key === key);
  if (!config || !field) throw new UserError('setting.gone', 'there is no such setting');
  return { config, field };
}

/** Whether the caller, an administrator of the server, may change a setting there. */
export const mayChange = ({ changedBy }: SettingField, isOwner: boolean): boolean =>
  changedBy === 'server' || (changedBy === 'owner' && isOwner);

/** What is wrong with a value for a server; undefined when it may be. `call` is asked which models the caller may use. */
export async function problemWith(
  context: ConfigContext,
  { config, field }: Setting,
  guildId: string,
  value: Json,
  call?: Call,
): Promise<Problem | undefined> {
  const { nullable, min, max } = boundsOf(field, config.valueIn(guildId, field.key));
  if (value === null) return nullable ? undefined : { code: 'none' };
  if (typeof value === 'number' && (value < (min ?? value) || value > (max ?? value))) {
    return { code: 'bounds', data: { text: String(value) } };
  }
  const reason = config.problemWith(field.key, value);
  if (reason !== undefined) return { code: 'schema', data: { reason } };
  for (const entry of Array.isArray(value) ? value : [value]) {
    const named = typeof entry === 'string' && (await problemWithName(context, field, guildId, entry, call));
    if (named) return named;
  }
  return undefined;
}

async function problemWithName(
  { discord, models, access }: ConfigContext,
  { kind }: SettingField,
  guildId: string,
  name: string,
  call: Call | undefined,
): Promise<Problem | undefined> {
  if (kind === 'channel') {
    const known = /^\d+$/.test(name) ? await discord.cache.channel(name).catch(() => undefined) : undefined;
    return known?.guildId === guildId ? undefined : { code: 'channel' };
  }
  if (kind === 'role') return (await discord.cache.guild(guildId))?.roles.has(name) ? undefined : { code: 'role' };
  if (kind !== 'model' || name === '') return undefined;
  const ids = models.list().map(({ id }) => id);
  const isKnown = nameMeant(ids, name) === name;
  const isAllowed = isKnown && (!call || access.decide(call.caller, call, { kind: 'model', id: name }).allowed);
  return isAllowed ? undefined : { code: 'model', data: { text: name } };
}

/**
 * Sets a checked value for a server, or resets it (undefined), and records it. Returns false when it was that already,
 * which records nothing.
 */
export async function changeSetting(
  context: ConfigContext,
  { config, field }: Setting,
  guildId: string,
  value: Json | undefined,
  act: (act: Pick<AuditEntry, 'action' | 'targetId' | 'details'>) => AuditEntry,
): Promise<boolean> {
  const before = config.valueIn(guildId, field.key);
  const isSet = before.from === 'server';
  if (value === undefined ? !isSet : isSet && isSame(before.value, value)) return false;
  await config.set(guildId, field.key, value);
  const after = config.valueIn(guildId, field.key);
  const details = {
    setting: `${config.feature}.${field.key}`,
    before: forAudit(before.value),
    after: forAudit(after.value),
    ...(value === undefined && { reset: true }),
  };
  await context.audit.record(context.db, act({ action: 'set-setting', targetId: guildId, details }));
  return true;
}

export const actOfCall =
  (call: Call) =>
  (act: Pick<AuditEntry, 'action' | 'targetId' | 'details'>): AuditEntry =>
    actOf(call, act);

function forAudit(value: Json): Json {
  const text = Array.isArray(value) ? value.map((entry) => String(entry as string)).join(', ') : value;
  return typeof text === 'string' ? text.slice(0, auditCharacters) : text;
}
