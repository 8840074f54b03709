import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A benchmark asks more in a minute than a person may, and looks like a loop to the breaker: without these figures it
 * would measure refusals.
 */
const withoutPersonalLimits = {
  models: { findOllama: false },
  access: {
    roles: { member: { requestsPerMinute: null, requestsPerHour: null, dailyFreeUsd: 1000, tokensPerWeek: null } },
  },
  budgets: { breaker: { guildUsd: null, instanceUsd: null, guildCalls: null, instanceCalls: null } },
};

type Tree = Readonly<Record<string, unknown>>;

/** Writes the settings of a bot under load, with `more` in them, and returns the file's path. */
export async function writeSettings(folder: string, more: Tree = {}): Promise<string> {
  const file = join(folder, 'bench.yaml');
  await writeFile(file, JSON.stringify(merge(withoutPersonalLimits, more)));
  return file;
}

function merge(base: Tree, more: Tree): Tree {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(more)) {
    const below = merged[key];
    merged[key] = isTree(below) && isTree(value) ? merge(below, value) : value;
  }
  return merged;
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
