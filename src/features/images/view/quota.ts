import type { Balance, Translate } from '../../../sdk/index.ts';
import { storageLimitOf } from '../guard/storage.ts';
import type { DrawTask } from '../work/task.ts';
import { megabytes } from './caption.ts';

/** `Daily 2/5 | Storage 45.2/500 MB`, as it is now for the member who asked; what has no limit shows none. */
export async function quotaLine(task: DrawTask): Promise<string> {
  const t = task.context.texts.in(undefined);
  const [daily, storage] = await Promise.all([dailyOf(task, t), storageOf(task, t)]);
  return `-# ${[daily, storage].filter((part) => part !== undefined).join(' | ')}`;
}

/** Undefined where nothing is counted. */
async function dailyOf({ context, row, admitted }: DrawTask, t: Translate): Promise<string | undefined> {
  const { money, spending } = context;
  const allowances = (await spending.allowancesOf(admitted)).filter(({ unit }) => unit === 'images');
  const [balance] = allowances.length === 0 ? [] : await money.ledger.balances(row.author_id, allowances);
  if (!balance) return undefined;
  return dailyText(balance, t);
}

export function dailyText({ spent, held, allowance }: Balance, t: Translate): string {
  const used = spent + held;
  return allowance.amount === null
    ? t('quota.daily-none', { used })
    : t('quota.daily', { used, most: allowance.amount });
}

async function storageOf(task: DrawTask, t: Translate): Promise<string> {
  const [{ bytes }, mostBytes] = await Promise.all([
    task.context.files.usage({ kind: 'user', id: task.row.author_id }),
    storageLimitOf(task),
  ]);
  return storageText(bytes, mostBytes === null ? null : mostBytes / 1_000_000, t);
}

/** `mostMb` null is no limit. */
export function storageText(bytes: number, mostMb: number | null, t: Translate): string {
  const used = megabytes(bytes);
  return mostMb === null ? t('quota.storage-none', { used }) : t('quota.storage', { used, most: mostMb });
}
