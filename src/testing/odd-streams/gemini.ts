import { answered, broken, data, json, nothing, stream } from './case.ts';
import type { OddCase, OddEnding, Serve } from './case.ts';

const counted = { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 };
const chunk = (parts: object[], more: object = {}, usageMetadata: unknown = undefined) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
  ...(usageMetadata !== undefined && { usageMetadata }),
});
const say = (text: string): string => data(chunk([{ text }]));
const ended = (finishReason: string, usage: unknown = counted) => data(chunk([{ text: '' }], { finishReason }, usage));
const message = (text: string): string[] => [say(text), ended('STOP')];
const whole: OddEnding = answered('Whole.');
const silent = { promptTokenCount: 100, totalTokenCount: 100 };
const refused: OddEnding = { text: '', finish: 'refused', usage: [100, 0] };
const failed: OddEnding = { text: '', error: 'model/failed', retryable: true };

const streams: [string, OddCase['serve'], OddEnding][] = [
  ['as specified', message('Whole.'), whole],
  ['line ends of Windows', [message('Whole.').join('').replaceAll('\n', '\r\n')], whole],
  ['no blank line at the end', [message('Whole.').join('').trimEnd()], whole],
  [
    'a list, as without alt=sse',
    json(200, [chunk([{ text: 'Whole.' }]), chunk([], { finishReason: 'STOP' }, counted)]),
    whole,
  ],
  ['an answer in one piece', json(200, chunk([{ text: 'Whole.' }], { finishReason: 'STOP' }, counted)), whole],
  ['[DONE] of a gateway', [...message('Whole.'), 'data: [DONE]\n\n'], whole],
  ['[DONE] without an end', [say('Whole.'), 'data: [DONE]\n\n'], { text: 'Whole.', finish: 'stop' }],
  [
    'pings, empty chunks and unknown fields',
    message('Whole.').map((part) => `: x\n\n${data({})}${data({ hologram: 1, candidates: [] })}${part}`),
    whole,
  ],
  ['usage in words', [say('Whole.'), ended('STOP', { promptTokenCount: '100', candidatesTokenCount: '20' })], whole],
  ['usage behind the end', [say('Whole.'), ended('STOP', undefined), data({ usageMetadata: counted })], whole],
  [
    'usage that falls in a later chunk',
    [data(chunk([{ text: 'Whole.' }], {}, counted)), ended('STOP', { promptTokenCount: 100 })],
    whole,
  ],
  [
    'thinking, beside the output',
    [
      data(chunk([{ text: 'Hm.', thought: true }])),
      say('Whole.'),
      ended('STOP', { ...counted, thoughtsTokenCount: 30, totalTokenCount: 150 }),
    ],
    { text: 'Whole.', reasoning: 'Hm.', finish: 'stop', usage: [100, 50] },
  ],
  [
    'files and code that it ran',
    [
      data(chunk([{ executableCode: { language: 'PYTHON', code: '1' } }, { inlineData: { mimeType: 7 } }])),
      ...message('Whole.'),
    ],
    whole,
  ],
  ['an odd candidate', [data({ candidates: [null, { index: 1, content: 'x' }] }), ...message('Whole.')], whole],
  ['a limit', [say('Whole.'), ended('MAX_TOKENS')], { text: 'Whole.', finish: 'length', usage: [100, 20] }],
  // Going on would send the prompt again, for which no money is reserved.
  [
    'a long answer to go on with',
    [say('Whole.'), ended('CONTINUATION')],
    { text: 'Whole.', finish: 'length', requests: 1 },
  ],
  ['an end in mid-answer', [say('Begin')], broken('Begin')],
  ['a connection that breaks', [say('Begin'), 'cut'], broken('Begin')],
  ['a half line at the end', [say('Begin'), 'data: {"candidates": [{"con', 'cut'], broken('Begin')],
  ['nothing at all', stream([]), nothing],
];

const refusals: [string, OddCase['serve'], OddEnding][] = [
  ...['SAFETY', 'PROHIBITED_CONTENT', 'RECITATION', 'BLOCKLIST', 'SPII', 'LANGUAGE', 'IMAGE_SAFETY'].map(
    (finishReason): [string, OddCase['serve'], OddEnding] => [
      `a 200 without a word: ${finishReason}`,
      stream([data({ candidates: [{ finishReason, index: 0 }], usageMetadata: silent })]),
      refused,
    ],
  ),
  ['a refusal in mid-answer', [say('I'), ended('SAFETY')], { text: 'I', finish: 'refused', usage: [100, 20] }],
  ...['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'OTHER'].map(
    (blockReason): [string, OddCase['serve'], OddEnding] => [
      `a prompt that is blocked: ${blockReason}`,
      stream([data({ promptFeedback: { blockReason, safetyRatings: [] }, usageMetadata: silent })]),
      refused,
    ],
  ),
  [
    'a prompt that is blocked, in one piece',
    json(200, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: silent }),
    refused,
  ],
  [
    'no reason in particular',
    [
      data({ promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED' } }),
      data(chunk([{ text: 'Whole.' }], { finishReason: 'FINISH_REASON_UNSPECIFIED' })),
      ended('STOP'),
    ],
    whole,
  ],
  ...['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'MISSING_THOUGHT_SIGNATURE'].map(
    (reason): [string, OddCase['serve'], OddEnding] => [
      `a fault of its own: ${reason}`,
      stream([ended(reason)]),
      failed,
    ],
  ),
];

const report = (code: number, status: string, text: string, details: object[] = []) => ({
  error: { code, message: text, status, details },
});
const because = (reason: string) => ({
  ...{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' },
});
const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '17s' };
const quota =
  'You exceeded your current quota, please check your plan and billing details. Quota exceeded for metric: generate_content_free_tier_requests, limit: 20';
const rests: OddEnding = { text: '', error: 'model/rate-limited', retryAfterMs: 17_000 };

const errors: [string, OddCase['serve'], OddEnding][] = [
  [
    '400 for a key',
    json(
      400,
      report(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [because('API_KEY_INVALID')]),
    ),
    { text: '', error: 'model/bad-key', retryable: false },
  ],
  [
    '403 for a key that leaked',
    json(403, report(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.')),
    { text: '', error: 'model/bad-key', retryable: false },
  ],
  ['429 with RetryInfo', json(429, report(429, 'RESOURCE_EXHAUSTED', quota, [retry])), rests],
  ['429 with RetryInfo, as a list', json(429, [report(429, 'RESOURCE_EXHAUSTED', quota, [retry])]), rests],
  ['429 within the stream', [data(report(429, 'RESOURCE_EXHAUSTED', quota, [retry]))], rests],
  [
    '400 for a place',
    json(400, report(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.')),
    { text: '', error: 'model/wrong-region', retryable: false },
  ],
  [
    '400 for too much',
    json(
      400,
      report(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      ),
    ),
    { text: '', error: 'model/too-long', retryable: false },
  ],
  [
    '404 for a model',
    json(404, report(404, 'NOT_FOUND', 'models/gemini-1 is not found for API version v1beta, or is not supported.')),
    { text: '', error: 'model/unknown-model', retryable: false },
  ],
  [
    '503 for everyone',
    json(503, report(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')),
    { text: '', error: 'model/overloaded', retryable: true },
  ],
  [
    'an error in mid-answer',
    [say('Begin'), data(report(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'))],
    { text: 'Begin', error: 'model/overloaded', retryable: true },
  ],
  [
    '500',
    json(500, report(500, 'INTERNAL', 'An internal error has occurred.')),
    { text: '', error: 'model/failed', retryable: true },
  ],
  [
    '504',
    json(504, report(504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.')),
    { text: '', error: 'model/timeout', retryable: true },
  ],
  ['a web page', stream(['<html></html>']), { text: '', error: 'model/web-page', says: /web page/ }],
];

const config = (body: Record<string, unknown>) => body['generationConfig'] as Record<string, unknown>;
const refuses =
  (has: (body: Record<string, unknown>) => boolean, text: string): Serve =>
  (request, response) =>
    (has(request.body) ? json(400, report(400, 'INVALID_ARGUMENT', text)) : stream(message('Taken.')))(
      request,
      response,
    );
const taken: OddEnding = { ...answered('Taken.'), requests: 2 };

const learning: [string, Serve, OddEnding][] = [
  [
    'no system instruction',
    refuses((body) => body['systemInstruction'] !== undefined, 'Developer instruction is not enabled for models/x'),
    { ...taken, sent: (body) => JSON.stringify(body['contents']).includes('Be kind.') },
  ],
  [
    'less output',
    refuses(
      (body) => Number(config(body)['maxOutputTokens']) > 99,
      'Unable to submit request because it has a maxOutputTokens value of 500 but the supported range is from 1 (inclusive) to 100 (exclusive).',
    ),
    { ...taken, sent: (body) => config(body)['maxOutputTokens'] === 99 },
  ],
];

const call = { functionCall: { name: 'weather', args: { city: 'Berlin' } }, thoughtSignature: 'signed' };
const called: OddEnding = { finish: 'tool-calls', calls: [['weather', '{"city":"Berlin"}']] };

const tools: [string, OddCase['serve'], OddEnding][] = [
  ['a call without an id', [data(chunk([call])), ended('STOP')], called],
  ['a call with the end', [data(chunk([call], { finishReason: 'STOP' }, counted))], called],
  [
    'a call whose input is text',
    [data(chunk([{ functionCall: { name: 'weather', args: '{"city":"Berlin"}' } }])), ended('STOP')],
    called,
  ],
  [
    'a call without input',
    [data(chunk([{ functionCall: { name: 'weather' } }])), ended('STOP')],
    { ...called, calls: [['weather', '{}']] },
  ],
  [
    'a call without a name',
    [data(chunk([{ functionCall: { args: {} } }])), ...message('Whole.')],
    { ...whole, calls: [] },
  ],
];

const cases = (list: readonly [string, OddCase['serve'], OddEnding][], more: Partial<OddCase> = {}): OddCase[] =>
  list.map(([name, serve, ends]) => ({ group: 'Gemini', name, type: 'gemini', serve, ends, ...more }));

export const geminiCases: OddCase[] = [
  ...cases([...streams, ...refusals, ...errors, ...learning]),
  ...cases(tools, { offersTools: true }),
];
