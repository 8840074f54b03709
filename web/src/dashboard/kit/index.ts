/** What the page of a feature may use of the dashboard. */
import type { ComponentType } from 'react';

export { ApiError } from './api.ts';
export type { Api } from './api.ts';
export { useApi } from './use-api.ts';

/** One page, exported as `page` by `page/index.tsx` of a feature's folder. */
export interface DashboardPage {
  /** In the navigation, in two or three words. */
  title: string;
  /** Pages are sorted by it, then by title; 100 unless given. */
  order?: number;
  Page: ComponentType;
}
