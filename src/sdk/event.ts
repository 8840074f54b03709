import type { Tx } from '../platform/postgres/index.ts';

/**
 * What features tell each other: the name of an event, and what it carries. A feature adds its events by declaration merging
 * in its `api.ts`; a name is `feature/event`. Names that nobody declares are type errors.
 *
 * @example
 * declare module '../../sdk/event.ts' {
 *   interface FeatureEvents {
 *     'levels/reached': { guildId: string; userId: string; level: number };
 *   }
 * }
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- Features fill it.
export interface FeatureEvents {}

/**
 * Receivers of other features' events, by name. They run in the emitter's transaction, in the order of the features' names,
 * so what they store commits with what has happened, or not at all: a receiver that rejects rolls everything back. What
 * leaves the database (a message, a request) belongs in a job that they add.
 *
 * @example
 * subscriptions: {
 *   'levels/reached': async (tx, { userId, level }) => {
 *     await context.jobs.enqueue(tx, { name: 'congratulate', queue: 'text', payload: { userId, level } });
 *   },
 * },
 */
export type EventSubscriptions = {
  [Name in keyof FeatureEvents]?: (tx: Tx, data: FeatureEvents[Name]) => Promise<void>;
};

export interface EventEmitter {
  /**
   * Tells every other feature that subscribes; resolves when all have stored what they want. Rejects with the error of the
   * first that fails, and the caller's transaction must then roll back. The emitter itself is not told. Throws for a name of
   * another feature, and for events that set off each other more than 16 deep.
   *
   * @example
   * await context.transaction(async (tx) => {
   *   await storeLevel(tx, userId, level);
   *   await context.events.emit(tx, 'levels/reached', { guildId, userId, level });
   * });
   */
  emit<Name extends keyof FeatureEvents>(tx: Tx, name: Name, data: FeatureEvents[Name]): Promise<void>;
}
