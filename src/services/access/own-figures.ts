import type { Db } from '../../platform/postgres/index.ts';
import { tighteningSchema } from '../../platform/config/index.ts';
import type { SettingsService } from '../settings/index.ts';
import { ownFigureNames } from './port.ts';
import type { AccessPlace, OwnFigureName, Policy } from './port.ts';
import { restricted } from './rules.ts';
import type { Restriction } from './rules.ts';

/** Among the settings of people, which their export shows and their deletion removes. */
const settingsName = 'access';

type Values = Partial<Record<OwnFigureName, number | null>>;

/** Figures that instance administrators set for one person. */
export interface OwnFigures {
  of(userId: string, db?: Db): Promise<Values>;
  set(userId: string, name: OwnFigureName, value: number | null | undefined): Promise<void>;
  /** The given figures with those of the person in place of their roles'. */
  added<P extends Pick<Policy, 'userId' | 'administrator' | 'figures'>>(
    policy: P,
    place: AccessPlace,
    db?: Db,
  ): Promise<P>;
}

export function createOwnFigures(
  settings: Pick<SettingsService, 'forUser' | 'set'>,
  restrictionsAt: (place: AccessPlace) => readonly Restriction[],
): OwnFigures {
  const of: OwnFigures['of'] = async (userId, db) => readOwn(await settings.forUser(settingsName, userId, db));
  return {
    of,
    set: (userId, name, value) => settings.set(settingsName, 'user', userId, name, value),
    added: async (policy, place, db) => {
      const values = await of(policy.userId, db);
      const names = ownFigureNames.filter((name) => values[name] !== undefined);
      if (names.length === 0) return policy;
      const restrictions = policy.administrator ? [] : restrictionsAt(place);
      const figures = { ...policy.figures };
      for (const name of names) {
        const figure = { value: values[name] ?? null, rule: 'set for this person' };
        figures[name] = restricted(name, figure, restrictions);
      }
      return { ...policy, figures };
    },
  };
}

/** Invalid values, written by a later version, are ignored. */
function readOwn(values: Readonly<Record<string, unknown>>): Values {
  const read = (name: OwnFigureName) => tighteningSchema.safeParse({ [name]: values[name] }).data?.[name];
  const entries = ownFigureNames.map((name) => [name, read(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
