/** Names what one feature offers to others; `T` is what `FeatureContext.use` gives for it. */
export interface FeatureApi<T extends object> {
  readonly feature: string;
  /** Only for the type. */
  readonly offers?: T;
}

/**
 * Declares, in a feature's `api.ts`, what it offers to other features. The feature returns it as `api` from `setup`; others
 * call `context.use(token)`.
 *
 *     export const chatApi = defineApi<ChatApi>('chat');
 */
export function defineApi<T extends object>(feature: string): FeatureApi<T> {
  return { feature };
}
