import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { longTests, tellCases } from '../../../testing/long.ts';
import { oddCases, oddKey, startOddServer } from '../../../testing/odd-streams/index.ts';
import type { OddCase } from '../../../testing/odd-streams/index.ts';
import type { ProviderConfig } from '../../config/index.ts';
import { createModels, systemMessage, userMessage } from '../index.ts';
import type { ChatEvent, Models, Usage } from '../index.ts';

/** Of every group some, so that a plain `npm test` has seen each kind. `npm run test:providers` asks them all. */
const sampled = oddCases.filter((_odd, index) => longTests() || index % 6 === 0);
const cases = new Map(sampled.map((odd, index) => [`c${index}`, odd]));
const server = await startOddServer(cases);
const right = new Map<string, { cases: number; right: number }>();
let models: Models;

const timeouts = { firstByteMs: 20_000, stallMs: 20_000, totalMs: 60_000 };

const names = {
  openai: 'gpt-6-luna',
  anthropic: 'claude-haiku-4-5',
  gemini: 'gemini-3.5-flash-lite',
  'openai-compatible': 'm',
} as const;

function provider(id: string, odd: OddCase): ProviderConfig {
  const name = names[odd.type];
  return {
    ...{ type: odd.type, baseUrl: server.baseUrl(id), apiKeys: [oddKey], timeouts, optional: false },
    models: [{ name, ...(odd.offersTools && { tools: true }) }],
    ...odd.provider,
  };
}

beforeAll(async () => {
  const providers = Object.fromEntries([...cases].map(([id, odd]) => [id, provider(id, odd)]));
  models = await createModels({ providers, clock: systemClock, random: { next: () => 0 }, logger: silentLogger });
  // The tokenizers are loaded before the first case that needs them.
  await models.countTokens('c0/m', 'load');
});

afterAll(async () => {
  await models.close();
  await server.close();
  const all = [...right.entries()].map(([group, { cases: asked, right: held }]) => ({
    group,
    cases: asked,
    right: held,
  }));
  const sum = (of: 'cases' | 'right') => all.reduce((total, row) => total + row[of], 0);
  const lines = all.map(
    (row) => `  ${row.group.padEnd(14)} ${String(row.cases).padStart(3)} cases, ${row.right} right`,
  );
  tellCases('providers', sum('right'));
  process.stdout.write(`\nOdd streams:\n${lines.join('\n')}\n${sum('cases')} cases, ${sum('right')} right\n`);
});

interface Heard {
  text: string;
  reasoning: string;
  finish: Extract<ChatEvent, { type: 'finish' }> | undefined;
  error: unknown;
  usages: Usage[];
  calls: [string, string][];
}

const weather = {
  name: 'weather',
  description: 'Tells the weather.',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

async function hear(id: string, odd: OddCase): Promise<Heard> {
  const heard: Heard = { text: '', reasoning: '', finish: undefined, error: undefined, usages: [], calls: [] };
  const modelId = models.list().find((model) => model.provider === id)?.id ?? '';
  try {
    for await (const event of models.stream({
      modelId,
      messages: odd.messages ?? [systemMessage('Be kind.'), userMessage('Well?')],
      maxOutputTokens: 500,
      ...(odd.offersTools && { tools: [weather] }),
      ...(odd.temperature !== undefined && { temperature: odd.temperature }),
      signal: new AbortController().signal,
      onUsage: (usage) => void heard.usages.push(usage),
    })) {
      if (event.type === 'finish') heard.finish = event;
      else if (event.type === 'reset') Object.assign(heard, { text: '', reasoning: heard.reasoning + heard.text });
      else if (event.type === 'tool-call') heard.calls.push([event.name, event.input]);
      else if (event.type !== 'start') heard[event.type] += event.text;
    }
  } catch (error) {
    heard.error = error;
  }
  return heard;
}

describe.each([...new Set(sampled.map(({ group }) => group))])('odd streams: %s', (group) => {
  const own = [...cases].filter(([, odd]) => odd.group === group).map(([id, odd]) => ({ id, odd, name: odd.name }));
  it.each(own)('$name', async ({ id, odd }) => {
    const tally = right.get(group) ?? { cases: 0, right: 0 };
    right.set(group, tally);
    tally.cases += 1;
    const before = server.bytesSent;
    expectEnding(id, odd, await hear(id, odd));
    expect(server.elsewhere, 'requests that another host saw').toBe(0);
    expect(server.bytesSent - before).toBeLessThan(40_000_000);
    tally.right += 1;
  });
});

function expectEnding(id: string, odd: OddCase, heard: Heard): void {
  const { ends } = odd;
  const error = heard.error as
    { code?: string; retryable?: boolean; retryAfterMs?: number; message?: string } | undefined;
  expect({ text: heard.text, error: error?.code ?? error, finish: heard.finish?.reason }).toEqual({
    text: ends.text ?? heard.text,
    error: ends.error,
    finish: ends.finish,
  });
  if (ends.calls) expect(heard.calls).toEqual(ends.calls);
  if (ends.reasoning !== undefined) expect(heard.reasoning).toBe(ends.reasoning);
  if (ends.usage) {
    expect([heard.finish?.usage.inputTokens, heard.finish?.usage.outputTokens]).toEqual(ends.usage);
    expect(heard.finish?.usage.estimated).toBe(false);
  }
  if (ends.retryable !== undefined) expect(error?.retryable).toBe(ends.retryable);
  if (ends.retryAfterMs !== undefined) {
    // What is left of it, where the key rests already.
    expect(error?.retryAfterMs).toBeLessThanOrEqual(ends.retryAfterMs);
    expect(error?.retryAfterMs).toBeGreaterThan(ends.retryAfterMs * 0.5);
  }
  if (ends.says) expect(error?.message).toMatch(ends.says);
  const bodies = server.bodies(id);
  expect(bodies).toHaveLength(ends.requests ?? 1);
  if (ends.sent) expect(ends.sent(bodies.at(-1) ?? {})).toBe(true);
  // However many requests it took, it was one use.
  expect(heard.usages).toHaveLength(1);
  expect(`${everything(heard.error)}${heard.text}`).not.toContain(oddKey);
}

/** All that an error shows to whoever logs it. */
function everything(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 5) return String(error);
  const { message = '', stack = '', cause } = error as { message?: string; stack?: string; cause?: unknown };
  return [message, stack, JSON.stringify(error), everything(cause, depth + 1)].join('\n');
}
