import { UserError, VendorError } from '../../kernel/errors.ts';
import { actOf } from '../../sdk/index.ts';
import type { CommandCall, Unit } from '../../sdk/index.ts';
import type { MoneyContext } from './money.ts';
import { amountText, lines } from './views/figures.ts';

interface Gift {
  userId: string;
  unit: Exclude<Unit, 'images'>;
  /** A negative amount removes. */
  amount: number;
  reason: string;
}

/** Grants and records in one transaction. A repeated delivery of the same call changes and sends nothing. */
export async function give(context: MoneyContext, call: CommandCall<unknown>, gift: Gift): Promise<void> {
  const { t, reply } = call;
  if (gift.userId === context.discord.self.userId) throw new UserError('grant.to-bot', 'the bot has no allowance');
  if (gift.amount === 0) throw new UserError('nothing-to-grant', 'nothing to grant');
  const { savings, changed } = await grantAndRecord(context, call, gift);
  if (!changed) {
    await reply({ content: t('grant.repeated') });
    return;
  }
  const told = await tell(context, gift, savings, call.calledId);
  const figures = { user: gift.userId, amount: amountText(gift.unit, Math.abs(gift.amount)) };
  const description = lines(
    t(`grant.${gift.unit}.${gift.amount > 0 ? 'given' : 'taken'}`, figures),
    t('grant.change', {
      before: amountText(gift.unit, savings - gift.amount),
      after: amountText(gift.unit, savings),
    }),
    !told && t('grant.untold'),
  );
  await reply({ embeds: [{ description }] });
}

async function grantAndRecord(
  context: MoneyContext,
  call: CommandCall<unknown>,
  { userId, unit, amount, reason }: Gift,
): Promise<{ savings: number; changed: boolean }> {
  try {
    return await context.transaction(async (tx) => {
      const granted = await context.money.ledger.grant(tx, {
        ...{ key: `grant/${call.calledId}`, userId, unit, amount, actorId: call.caller.userId, reason },
      });
      if (granted.changed) {
        const details = { unit, amount, before: granted.savings - amount, after: granted.savings };
        await context.audit.record(tx, actOf(call, { action: 'grant', targetId: userId, reason, details }));
      }
      return granted;
    });
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'ledger/too-little') throw error;
    const most = amountText(unit, Number(error.data['most'] ?? 0));
    throw new UserError('grant.too-little', error.message, { most });
  }
}

/** Many people accept no direct messages from bots, so a failure isn't a fault. */
async function tell({ discord, texts, logger }: MoneyContext, gift: Gift, savings: number, calledId: string) {
  const t = texts.in(undefined);
  const { unit, amount, reason } = gift;
  const figures = { amount: amountText(unit, Math.abs(amount)), after: amountText(unit, savings) };
  const content = lines(
    t(`grant.${unit}.${amount > 0 ? 'told' : 'told-taken'}`, figures),
    reason !== '' && t('grant.reason', { reason }),
  );
  try {
    const channelId = await discord.actions.openDm(gift.userId);
    await discord.actions.send(channelId, { content }, { key: `grant/${calledId}` });
    return true;
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    logger.debug({ code: error.code, userId: gift.userId }, 'The member could not be told about a grant.');
    return false;
  }
}
