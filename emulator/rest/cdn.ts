import type { FastifyInstance } from 'fastify';
import type { Core } from '../contract.ts';
export function registerCdn(_app: FastifyInstance, _core: Core): void {}
