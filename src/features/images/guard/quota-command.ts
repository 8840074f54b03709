import { UserError } from '../../../kernel/errors.ts';
import { relativeMoment } from '../../../kernel/moments.ts';
import { actOf, defineSubcommand } from '../../../sdk/index.ts';
import type { AccessService, Call, Caller, Subcommand, Translate } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { megabytes } from '../view/caption.ts';
import { dailyText, storageText } from '../view/quota.ts';
import { dailyBalance } from './daily.ts';
import { memberRoles } from './spoiler.ts';

type Own = Awaited<ReturnType<AccessService['own']>>;
type OwnName = keyof Own;

const most = 1_000_000_000;
const longest = 20;

/**
 * Shows how many images a day, and how much storage, a member has and has used. The bot's owner looks at others, too, and sets
 * it for one person, which wins over what their roles give.
 */
export const quotaSubcommand = (context: ImageContext): Subcommand =>
  defineSubcommand({
    ephemeral: true,
    options: {
      user: { type: 'user' },
      images: { type: 'string', maxLength: longest },
      storage: { type: 'string', maxLength: longest },
    },
    run: async (call) => {
      const { user = call.caller.userId, images, storage } = call.options;
      const { access } = context;
      const isLook = images === undefined && storage === undefined && user === call.caller.userId;
      if (!isLook && !call.caller.instanceAdministrator) throw new UserError('quota-others', "not the bot's owner");
      const wanted = { imagesPerDay: images, imageStorageMb: storage };
      // Both are read before either is set.
      const changes = Object.entries(wanted).flatMap(([name, text]) =>
        text === undefined ? [] : [{ name: name as OwnName, value: readQuota(text) }],
      );
      const before = await access.own(user);
      for (const { name, value } of changes) await access.setOwn(user, name, value);
      const after = await access.own(user);
      if (changes.length > 0) {
        const details = { before: { ...before }, after: { ...after } };
        await context.audit.record(context.db, actOf(call, { action: 'set-image-quota', targetId: user, details }));
      }
      const content = [
        await stateText(context, { user, own: after }, call.t),
        await useText(context, call, { userId: user, displayName: call.names?.[user] ?? user }),
      ].join('\n');
      await call.reply({ content });
    },
  });

/** What they have used, by the roles that they have where it is looked up. */
async function useText(
  context: ImageContext,
  { guildId, channelId, t }: Pick<Call, 'guildId' | 'channelId' | 't'>,
  who: Pick<Caller, 'userId' | 'displayName'>,
): Promise<string> {
  const { userId } = who;
  const roleIds = guildId === null ? [] : await memberRoles(context, guildId, userId);
  const permissions =
    guildId === null ? null : await context.discord.cache.memberPermissions(channelId, userId, roleIds);
  const caller = { ...who, roleIds, permissions, instanceAdministrator: context.access.administrators.has(userId) };
  const place = { guildId, channelId };
  const [policy, balance, { bytes }] = await Promise.all([
    context.access.ownPolicy(caller, place),
    dailyBalance(context, caller, place),
    context.files.usage({ kind: 'user', id: userId }),
  ]);
  const figures = [
    ...(balance ? [dailyText(balance, t)] : []),
    storageText(bytes, policy.figures.imageStorageMb.value, t),
    ...(balance && balance.allowance.amount !== null
      ? [t('quota.resets', { when: relativeMoment(balance.resetsAtMs) })]
      : []),
  ];
  return figures.join(' | ');
}

/** Null is no limit; undefined resets. Throws a UserError for anything else. */
function readQuota(text: string): number | null | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'default' || word === 'reset') return undefined;
  if (word === 'unlimited') return null;
  const value = /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
  if (value <= most) return value;
  throw new UserError('quota-set.not-a-number', 'not a number', { text: text.replaceAll('`', "'").slice(0, longest) });
}

async function stateText(
  { files }: Pick<ImageContext, 'files'>,
  { user, own }: { user: string; own: Own },
  t: Translate,
): Promise<string> {
  const { bytes } = await files.usage({ kind: 'user', id: user });
  const of = (value: number | null | undefined, unit: string): string =>
    value === undefined
      ? t('quota-set.by-roles')
      : value === null
        ? t('quota-set.unlimited')
        : t(`quota-set.${unit}`, { count: value });
  return [
    t('quota-set.title', { user }),
    t('quota-set.daily', { most: of(own.imagesPerDay, 'images') }),
    t('quota-set.storage', { most: of(own.imageStorageMb, 'megabytes'), used: megabytes(bytes) }),
  ].join('\n');
}
