import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';

/** A slip of the pen lies above these. */
const most = 1_000_000_000;
const mostUsd = 1_000_000;

/** Figures that come from the environment or a `${NAME}` are text; `unlimited` says null in words. */
function limit(schema: z.ZodNumber) {
  return z.preprocess((value) => {
    if (value === 'unlimited') return null;
    return typeof value === 'string' && /^\s*\d{1,12}(\.\d{1,6})?\s*$/.test(value) ? Number(value) : value;
  }, schema.nullable().optional());
}

const wholeError = `a whole number from 0 to ${most}, or unlimited`;
const whole = limit(z.int({ error: wholeError }).min(0, { error: wholeError }).max(most, { error: wholeError }));
const usdError = `US dollars from 0 to ${mostUsd}, or unlimited`;
const usd = limit(z.number({ error: usdError }).min(0, { error: usdError }).max(mostUsd, { error: usdError }));

const id = z
  .string()
  .regex(/^\d{17,20}$/, { error: 'an id of 17 to 20 digits (Discord: Developer Mode, then Copy ID)' });
const modelPattern = z.string().regex(/^(\*|[^/\s]+\/\S+)$/, {
  error: 'a model as provider/model, where * stands for anything: openai/*, ollama/llama-*, *',
});
const namePattern = z.string().regex(/^[a-z0-9_*-]+$/i, { error: 'a name, where * stands for anything' });
/**
 * A command, or one of its subcommands as `image edit`. Names of commands have dashes; some had underscores once, and settings
 * may still say so.
 */
const commandPattern = z
  .string()
  .regex(/^[a-z0-9_*-]+( [a-z0-9_*-]+){0,2}$/i, { error: 'a command or subcommand, where * stands for anything' })
  .transform((pattern) => pattern.replaceAll('_', '-'));
const roleName = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/i, { error: 'letters, digits and dashes' });

/** What a role gives, and what a guild or channel leaves of it. */
const grants = {
  models: z.array(modelPattern).optional(),
  features: z.array(namePattern).optional(),
  commands: z.array(commandPattern).optional(),
  tools: z.array(namePattern).optional(),
  requestsPerMinute: whole,
  requestsPerHour: whole,
  dailyFreeUsd: usd,
  tokensPerDay: whole,
  tokensPerWeek: whole,
  tokensPerMonth: whole,
  imagesPerDay: whole,
  /** How much of their images is kept, in MB. */
  imageStorageMb: whole,
};

/** The part of a guild's or channel's settings that tightens what roles give. Also holds what is set by command. */
export const tighteningSchema = z.strictObject(grants);

const role = z.strictObject({
  ...grants,
  /** The role whose fields fill those that this one leaves out. */
  inherits: z.string().optional(),
  /** Who has it in a guild: members with one of these Discord roles, or with one of these Discord permissions. */
  discordRoles: z.array(id).optional(),
  permissions: z.array(z.enum(Object.keys(PermissionFlagsBits) as (keyof typeof PermissionFlagsBits)[])).optional(),
  /** Who has it everywhere. */
  users: z.array(id).optional(),
});

/** Roles that exist without being written: everyone's, and that of the instance's administrators. */
export const builtInRoles: Readonly<Record<string, z.output<typeof role>>> = {
  member: {
    models: ['*'],
    features: ['*'],
    commands: ['*'],
    tools: ['*'],
    requestsPerMinute: 10,
    requestsPerHour: 100,
    dailyFreeUsd: 0.5,
    tokensPerDay: null,
    tokensPerWeek: 100_000,
    tokensPerMonth: null,
    imagesPerDay: 5,
    imageStorageMb: 500,
  },
  administrator: {
    models: ['*'],
    features: ['*'],
    commands: ['*'],
    tools: ['*'],
    requestsPerMinute: null,
    requestsPerHour: null,
    tokensPerWeek: 500_000,
    imageStorageMb: null,
  },
};

export const accessSchema = z
  .strictObject({
    /** The role that everyone has. */
    default: z.string().default('member'),
    roles: z.record(roleName, role).default({}),
    guilds: z.record(id, tighteningSchema).default({}),
    channels: z.record(id, tighteningSchema).default({}),
  })
  .superRefine((access, context) => {
    const names = [...new Set([...Object.keys(access.roles), ...Object.keys(builtInRoles)])];
    const checkRole = (name: string, path: string[]) => {
      if (names.includes(name)) return true;
      context.addIssue({
        code: 'custom',
        path,
        message: `a role of this file (${names.join(', ')})`,
        params: { choices: names },
      });
      return false;
    };
    checkRole(access.default, ['default']);
    for (const [name, { inherits }] of Object.entries(access.roles)) {
      const path = ['roles', name, 'inherits'];
      if (inherits === undefined || !checkRole(inherits, path)) continue;
      const circle = circleFrom(name, access.roles);
      if (circle) context.addIssue({ code: 'custom', path, message: `no circle such as ${circle.join(' → ')}` });
    }
  });

export type AccessSettings = z.output<typeof accessSchema>;
export type RoleSettings = z.output<typeof role>;
export type Tightening = z.output<typeof tighteningSchema>;

/** The way from a role through what it inherits from back to itself; undefined when there is none. */
function circleFrom(name: string, roles: Readonly<Record<string, { inherits?: string | undefined }>>) {
  const way = [name];
  for (
    let next = roles[name]?.inherits;
    next !== undefined && !way.slice(1).includes(next);
    next = roles[next]?.inherits
  ) {
    way.push(next);
    if (next === name) return way;
  }
  return undefined;
}

/** Every model pattern of the section with its path below it. */
export function modelPatterns(access: AccessSettings): { path: (string | number)[]; pattern: string }[] {
  const groups = { roles: access.roles, guilds: access.guilds, channels: access.channels };
  return Object.entries(groups).flatMap(([group, entries]) =>
    Object.entries(entries).flatMap(([name, { models = [] }]) =>
      models.map((pattern, index) => ({ path: [group, name, 'models', index], pattern })),
    ),
  );
}
