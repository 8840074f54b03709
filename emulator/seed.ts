import type { Clock, World } from './contract.ts';
export function seedWorld(_world: World, _clock: Clock): void {}
