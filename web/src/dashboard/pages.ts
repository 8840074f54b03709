import type { DashboardPage } from './kit/index.ts';

export interface FoundPage extends DashboardPage {
  /** The feature's folder, and the page's place in the address. */
  feature: string;
}

/** The pages of all features, which the build finds in their folders. */
const modules = import.meta.glob<{ page: DashboardPage }>('../../../src/features/*/page/index.tsx', { eager: true });

export const pages: readonly FoundPage[] = Object.entries(modules)
  .map(([path, { page }]) => ({ ...page, feature: /features\/([^/]+)\/page/.exec(path)?.[1] ?? path }))
  .sort((one, other) => (one.order ?? 100) - (other.order ?? 100) || one.title.localeCompare(other.title));
