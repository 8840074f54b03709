import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';
import { findPriced, pricedNames } from '../prices.ts';
import { quoted, readPrice } from '../rules.ts';
import { lines } from '../views/figures.ts';

/** Longer names are no choices for Discord. */
const longestName = 100;

export function setPriceCommand(context: MoneyContext): Command {
  const suggest = ({ text }: { text: string }) => Promise.resolve(suggestions(context, text));
  return defineCommand({
    name: 'set_price',
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
      const title = quoted(thing.name);
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
  return pricedNames(context)
    .filter((name) => name.toLowerCase().includes(wanted) && name.length <= longestName)
    .map((name) => ({ name, value: name }));
}
