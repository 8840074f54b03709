import { UserError } from '../../../kernel/errors.ts';
import { actOf, defineSubcommand } from '../../../sdk/index.ts';
import type { AccessService, Subcommand, Translate } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { megabytes } from '../view/caption.ts';

type Own = Awaited<ReturnType<AccessService['own']>>;
type OwnName = keyof Own;

const most = 1_000_000_000;
const longest = 20;

/** Shows or sets how many images a day, and how much storage, one person has. It wins over what their roles give. */
export const quotaSubcommand = (context: ImageContext): Subcommand =>
  defineSubcommand({
    access: 'instance-administrator',
    ephemeral: true,
    options: {
      user: { type: 'user', required: true },
      images: { type: 'string', maxLength: longest },
      storage: { type: 'string', maxLength: longest },
    },
    run: async (call) => {
      const { user, images, storage } = call.options;
      const { access } = context;
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
      await call.reply({ content: await stateText(context, { user, own: after }, call.t) });
    },
  });

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
