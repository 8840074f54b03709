import { z } from 'zod';

/** A switch in a query string. Source: "Boolean Query Strings" in Discord's documentation. */
export const queryFlag = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? ({ true: true, '1': true, false: false, '0': false }[value.toLowerCase()] ?? value)
      : value,
  z.boolean(),
);

/** Whether the query turns this switch on; everything that is not plainly yes is no. */
export function isSwitchedOn(value: string | undefined): boolean {
  return queryFlag.safeParse(value).data === true;
}

/** Several values: separated by commas, or the parameter given several times. */
export function queryList<T extends z.ZodType>(item: T, max: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',', max + 1).filter((part) => part !== '') : value),
    z.array(item).max(max),
  );
}
