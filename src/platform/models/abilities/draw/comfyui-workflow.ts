import { readFile, stat } from 'node:fs/promises';
import { modelError } from '../../errors.ts';
import { parseJson, recordOf } from '../../failure.ts';
import type { Attempt } from '../call.ts';

export type WorkflowConfig = NonNullable<Attempt['config']['workflows']>[number];

const MOST_BYTES = 5_000_000;

export function workflowOf({ provider, model, config }: Attempt): WorkflowConfig {
  const found = config.workflows?.find(({ name }) => name === model);
  if (found) return found;
  const message = `${provider}: the settings have no workflow ${model}`;
  throw modelError('model/unknown-model', message, { retryable: false, turnedAway: true });
}

/** The workflow with these values in its inputs; those that it doesn't name are left out. It is read each time, so that it may be changed. */
export async function readWorkflow(
  attempt: Attempt,
  { file, inputs }: WorkflowConfig,
  values: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const nodes = recordOf(parseJson(await textOf(attempt, file)));
  if (!nodes) throw unusable(attempt, file, 'it is no JSON of a workflow');
  if (Array.isArray(nodes['nodes'])) throw unusable(attempt, file, 'save it with Export (API)');
  for (const [name, place] of Object.entries(inputs)) {
    const [node = '', ...input] = place.split('.');
    const settings = recordOf(recordOf(nodes[node])?.['inputs']);
    if (!settings) throw unusable(attempt, file, `it has no node ${node}, which is to get the ${name}`);
    if (values[name] !== undefined) settings[input.join('.')] = values[name];
  }
  return nodes;
}

async function textOf(attempt: Attempt, file: string): Promise<string> {
  try {
    if ((await stat(file)).size > MOST_BYTES) throw new Error('too large');
    return await readFile(file, 'utf8');
  } catch {
    throw unusable(attempt, file, 'it cannot be read');
  }
}

function unusable({ provider }: Attempt, file: string, why: string): Error {
  const message = `${provider}: the workflow ${file} can't be used: ${why}`;
  return modelError('model/failed', message, { retryable: false, turnedAway: true });
}
