import type { Server } from 'node:http';
import type { Core, Gateway } from '../contract.ts';

export function attachGateway(_server: Server, _core: Core): Gateway {
  return { control: () => ({ connections: 0 }), close: () => Promise.resolve() };
}
