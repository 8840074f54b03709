import type { Translate } from '../../../sdk/index.ts';
import { storageLimitOf } from '../guard/storage.ts';
import type { Needs } from '../settings.ts';
import { paidAs } from '../request.ts';
import type { RequestRow } from '../store.ts';
import { megabytes } from './caption.ts';

/** `Daily 2/5 | Storage 45.2/500 MB`, as it is now for whoever asked; what has no limit shows none. */
export async function quotaLine(
  context: Needs<'access' | 'files' | 'money' | 'spending'>,
  row: Pick<RequestRow, 'id' | 'author_id' | 'guild_id' | 'channel_id'>,
  t: Translate,
): Promise<string> {
  const [daily, storage] = await Promise.all([dailyOf(context, row.id, t), storageOf(context, row, t)]);
  return `-# ${[daily, storage].join(' | ')}`;
}

async function dailyOf(context: Needs<'money' | 'spending'>, id: string, t: Translate): Promise<string> {
  const { terms } = (await context.spending.admitted(paidAs(id))).admission;
  const allowances = terms.allowances.filter(({ unit }) => unit === 'images');
  const [balance] = await context.money.ledger.balances(terms.payerId, allowances);
  if (!balance) return t('quota.daily-none');
  const { spent, held, allowance } = balance;
  const used = spent + held;
  return allowance.amount === null
    ? t('quota.daily-none', { used })
    : t('quota.daily', { used, most: allowance.amount });
}

async function storageOf(
  context: Needs<'access' | 'files' | 'spending'>,
  row: Pick<RequestRow, 'id' | 'author_id' | 'guild_id' | 'channel_id'>,
  t: Translate,
): Promise<string> {
  const [{ bytes }, mostBytes] = await Promise.all([
    context.files.usage({ kind: 'user', id: row.author_id }),
    storageLimitOf(context, row),
  ]);
  const used = megabytes(bytes);
  return mostBytes === null
    ? t('quota.storage-none', { used })
    : t('quota.storage', { used, most: mostBytes / 1_000_000 });
}
