import { z } from 'zod';
import type { ModelConfig } from '../config/index.ts';
import { drawWireOf } from './abilities/draw/index.ts';
import { basicOrBearer } from './abilities/draw/ask.ts';
import { modelError } from './errors.ts';
import { getJson } from './list-request.ts';
import type { ListedProvider } from './list-request.ts';

const MOST_CHECKPOINTS = 200;

/** What is asked only to see whether the key works. fal and services of one's own have nothing of the kind. */
const checks: Readonly<Partial<Record<ListedProvider['config']['type'], string>>> = {
  replicate: '/v1/account',
  stability: '/v1/user/account',
  automatic1111: '/sdapi/v1/sd-models',
  comfyui: '/system_stats',
};

/** The models of a provider that draws and does nothing else: what Automatic1111 lists, and what is known of the others. */
export async function listPainters(provider: ListedProvider, baseUrl: string): Promise<ModelConfig[]> {
  const { config, apiKey } = provider;
  const path = checks[config.type];
  const headers = basicOrBearer(apiKey);
  const answer = path === undefined ? undefined : await getJson(provider, `${baseUrl}${path}`, { headers });
  const names =
    config.type === 'automatic1111' ? checkpoints(provider, answer) : (drawWireOf(config.type).names?.(config) ?? []);
  return names.map((name) => ({ name, abilities: ['draw'] }));
}

const checkpointSchema = z.array(z.object({ model_name: z.string().min(1).max(512) }));

function checkpoints({ name }: ListedProvider, answer: unknown): string[] {
  const { success, data } = checkpointSchema.safeParse(answer);
  if (success) return data.slice(0, MOST_CHECKPOINTS).map(({ model_name: checkpoint }) => checkpoint);
  throw modelError('model/failed', `${name}: its list of models can't be read`, { retryable: false });
}
