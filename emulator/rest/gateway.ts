import type { Routes } from '../http/router.ts';

export const registerGatewayRoutes: Routes = (api, core) => {
  const address = (): string => core.origin.replace(/^http/, 'ws') + '/gateway';
  api.route({ method: 'GET', path: '/gateway', auth: 'none', handler: () => ({ url: address() }) });
  api.route({
    method: 'GET',
    path: '/gateway/bot',
    auth: 'bot',
    handler: () => ({
      url: address(),
      shards: 1,
      session_start_limit: { total: 1000, remaining: 1000, reset_after: 14_400_000, max_concurrency: 16 },
    }),
  });
};
