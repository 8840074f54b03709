import { StartError } from '../kernel/errors.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { EventEmitter } from '../sdk/index.ts';
import type { LoadedFeature } from './features.ts';

/** Events that set off events: deeper than this they go round in a circle. */
const deepest = 16;

type Receive = (tx: Tx, data: unknown) => Promise<void>;

/** How deep each transaction is in events that were set off by events. */
const depths = new WeakMap<Tx, number>();

/** Events as one feature sees them. `features` is empty while they are being set up: then nobody is told. */
export function createFeatureEvents(feature: string, features: () => readonly LoadedFeature[]): EventEmitter {
  return {
    emit: async (tx, name: string, data) => {
      if (!name.startsWith(`${feature}/`)) {
        throw new Error(`The feature "${feature}" may not emit "${name}": its events begin with "${feature}/".`);
      }
      const depth = depths.get(tx) ?? 0;
      if (depth >= deepest) throw new Error(`"${name}" goes round in a circle: its receivers emit what sets it off.`);
      depths.set(tx, depth + 1);
      try {
        for (const { definition, parts } of features()) {
          if (definition.name === feature) continue;
          await receiverOf(parts.subscriptions, name)?.(tx, data);
        }
      } finally {
        depths.set(tx, depth);
      }
    },
  };
}

/** Names come from code that was checked by its types; only what the object itself declares counts. */
function receiverOf(subscriptions: object | undefined, name: string): Receive | undefined {
  if (subscriptions === undefined || !Object.hasOwn(subscriptions, name)) return undefined;
  return (subscriptions as Record<string, Receive | undefined>)[name];
}

/** Throws a StartError for a subscription to an event of a feature that is not there, which would never come. */
export function checkSubscriptions(features: readonly LoadedFeature[]): void {
  const names = new Set(features.map(({ definition }) => definition.name));
  for (const { definition, parts } of features) {
    for (const name of Object.keys(parts.subscriptions ?? {})) {
      const [emitter = ''] = name.split('/');
      if (names.has(emitter) && emitter !== definition.name) continue;
      throw new StartError(
        `The feature "${definition.name}" subscribes to "${name}", but ` +
          (emitter === definition.name ? 'a feature is not told its own events.' : `there is no feature "${emitter}".`),
      );
    }
  }
}
