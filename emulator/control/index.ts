import type { Core, Gateway } from '../contract.ts';
import type { RequestGuard } from '../http/guard.ts';
import type { HttpServer } from '../http/server.ts';

export interface ControlParts {
  server: HttpServer;
  core: Core;
  guard: RequestGuard;
  gateway: Gateway;
}
export function registerControl(_parts: ControlParts): void {}
