import type { Quirk } from '../../config/index.ts';
import { recordOf } from '../failure.ts';
import { listOf } from './dialect.ts';
import type { Fields } from './dialect.ts';

/** Stands before a conversation that begins with the model: a call of a tool must follow the user. */
const OPENING = '…';

/** Gemini's `generateContent`, in turns and without what the model refuses. Shares the pictures with `body`. */
export function generateRequest(body: Fields, quirks: readonly Quirk[], mostOutput: number): Fields {
  const config = { ...recordOf(body['generationConfig']) };
  const shaped: Fields = { ...body, contents: turnsOf(body['contents']), generationConfig: config };
  if (typeof config['maxOutputTokens'] === 'number') {
    config['maxOutputTokens'] = Math.min(config['maxOutputTokens'], mostOutput);
  }
  for (const quirk of quirks) {
    if (quirk === 'no-temperature') delete config['temperature'];
    if (quirk === 'no-top-p') delete config['topP'];
    if (quirk === 'no-max-tokens') delete config['maxOutputTokens'];
    if (quirk === 'no-system-role') foldSystem(shaped);
  }
  return shaped;
}

/** What a request asks for under the names of OpenAI's API, for reading what a server says of it. */
export function askedOf(body: Fields): Fields {
  const { maxOutputTokens, temperature, topP } = recordOf(body['generationConfig']) ?? {};
  return {
    max_output_tokens: maxOutputTokens,
    temperature,
    top_p: topP,
    messages: body['systemInstruction'] === undefined ? [] : [{ role: 'system' }],
  };
}

interface Turn {
  role: string;
  parts: unknown[];
}

/** What one side says in a row is one turn; results of tools stay by themselves. Gemini refuses turns without parts. */
function turnsOf(contents: unknown): Turn[] {
  const turns: Turn[] = [];
  for (const entry of listOf(contents)) {
    const { role, parts } = recordOf(entry) ?? {};
    const turn: Turn = { role: role === 'model' ? 'model' : 'user', parts: listOf(parts) };
    if (turn.parts.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === turn.role && !hasResults(last) && !hasResults(turn)) last.parts = [...last.parts, ...turn.parts];
    else if (last || turn.role === 'user') turns.push(turn);
    else turns.push({ role: 'user', parts: [{ text: OPENING }] }, turn);
  }
  return turns;
}

const hasResults = ({ parts }: Turn): boolean =>
  parts.some((part) => recordOf(part)?.['functionResponse'] !== undefined);

/** The system prompt as the beginning of the first turn of the user. */
function foldSystem(body: Fields): void {
  const system = listOf(recordOf(body['systemInstruction'])?.['parts']);
  if (system.length === 0) return;
  delete body['systemInstruction'];
  const [first, ...others] = body['contents'] as Turn[];
  body['contents'] = [{ role: 'user', parts: [...system, ...(first?.parts ?? [])] }, ...others];
}
