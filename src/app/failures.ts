import { capitalise } from '../kernel/capitalise.ts';
import { UserError, VendorError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { MissingPermission } from '../platform/discord/index.ts';
import type { Texts, Translate } from '../platform/texts/index.ts';

/**
 * The one edge at which a failed call becomes a sentence for the person who made it. A UserError's code is looked up in
 * the feature's catalogue, then in the app's; a vendor's failure names the vendor; anything else is a bug, logged here
 * once under the id that the person is shown.
 */
export interface FailureTexts {
  explain(error: unknown, texts: Texts, locale: string | undefined, where: object): string;
  /** The app's own texts. */
  in(locale: string | undefined): Translate;
}

export function createFailureTexts(appTexts: Texts, ids: Ids, logger: Logger): FailureTexts {
  return {
    in: (locale) => appTexts.in(locale),
    explain: (error, texts, locale, where) => {
      if (error instanceof UserError) {
        const catalogue = texts.has(error.code) ? texts : appTexts;
        return catalogue.has(error.code) ? catalogue.in(locale)(error.code, error.data) : error.message;
      }
      if (error instanceof VendorError) {
        logger.warn({ ...where, code: error.code, error }, 'A call failed at a vendor.');
        if (error.code === 'postgres/unavailable') return appTexts.in(locale)('errors.away');
        if (error instanceof MissingPermission) {
          return appTexts.in(locale)('discord.missing-permission', { permission: error.permission });
        }
        const known = error.code.replace('/', '.');
        if (/^(discord|files)\./.test(known) && appTexts.has(known)) return appTexts.in(locale)(known);
        const [word = 'service'] = error.code.split('/');
        const service = capitalise(word);
        return appTexts.in(locale)('errors.vendor', { service, code: error.code });
      }
      const id = ids.uuid().slice(0, 8);
      logger.error({ ...where, errorId: id, error }, 'A call failed unexpectedly.');
      return appTexts.in(locale)('errors.unexpected', { id });
    },
  };
}
