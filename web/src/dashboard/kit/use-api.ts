import { createContext, useContext } from 'react';
import type { Api } from './api.ts';

export const ApiContext = createContext<Api | null>(null);

/** The bot's API with the key of the person who signed in. Throws outside the dashboard. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === null) throw new Error('This page must be inside the dashboard.');
  return api;
}
