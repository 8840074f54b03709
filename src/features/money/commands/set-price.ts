import { shortChoices, shortLabel } from '../../../kernel/long-names.ts';
import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';
import { findPriced, pricedNames } from '../prices.ts';
import { readPrice } from '../rules.ts';
import { lines } from '../views/figures.ts';

/** Model names can be longer than Discord's choices; they can be pasted. */
const longestName = 500;
/** Discord's limit is 256. */
const longestTitle = 200;

export function setPriceCommand(context: MoneyContext): Command {
  const suggest = ({ text }: { text: string }) => Promise.resolve(suggestions(context, text));
  return defineCommand({
    name: 'set-price',
    aliases: ['set_price'],
    options: {
      name: { type: 'string', required: true, maxLength: longestName, suggest },
      price: { type: 'string', maxLength: 30 },
      output: { type: 'string', maxLength: 20 },
    },
    access: 'instance-administrator',
    ephemeral: true,
    run: async (call) => {
      const { options, reply, t } = call;
      const thing = findPriced(context, options.name.trim());
      const title = shortLabel(thing.name.replaceAll('`', "'"), longestTitle);
      if (options.price === undefined) {
        await reply({ embeds: [{ title, description: t('set-price.now', { price: thing.shown(t) }) }] });
        return;
      }
      const [before, recordedBefore] = [thing.shown(t), thing.recorded()];
      await thing.set(readPrice(options.price, options.output));
      const details = { before: recordedBefore, after: thing.recorded() };
      await context.audit.record(context.db, actOf(call, { action: 'set-price', targetId: thing.name, details }));
      const after = thing.shown(t);
      const description = lines(
        t('set-price.now', { price: after }),
        before === after ? t('set-price.unchanged') : t('set-price.before', { price: before }),
      );
      await reply({ embeds: [{ title, description }] });
    },
  });
}

function suggestions(context: MoneyContext, text: string): { name: string; value: string }[] {
  const wanted = text.toLowerCase();
  const names = pricedNames(context).filter((name) => name.toLowerCase().includes(wanted));
  return shortChoices(names).map(({ label, value }) => ({ name: label, value }));
}
