import { chunk, data, DONE, json, say, stream } from './case.ts';
import type { OddCase, OddEnding, Serve } from './case.ts';

const fails = (group: string, name: string, serve: OddCase['serve'], ends: OddEnding): OddCase => ({
  ...{ group, name, serve, ends },
  type: 'openai-compatible',
});

const rests = (retryAfterMs: number): OddEnding => ({ text: '', error: 'model/rate-limited', retryAfterMs });
const tooLong: OddEnding = { text: '', error: 'model/too-long', retryable: false };
const limit = (message: string, code = 'rate_limit_exceeded') => ({ error: { message, type: 'tokens', code } });
const quota = 'You exceeded your current quota, please check your plan and billing details.';
const page =
  (status: number, text: string, type = 'text/html; charset=UTF-8'): Serve =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': type }).end(text);
const noCredit: OddEnding = { text: '', error: 'model/no-credit', retryable: false };
const webPage: OddEnding = { text: '', error: 'model/web-page', retryable: false };
const wrongRegion: OddEnding = { text: '', error: 'model/wrong-region', retryable: false };
const echo: Serve = (request, response) => {
  const message = `Incorrect API key provided: ${request.headers.authorization ?? ''}`;
  return json(
    401,
    { error: { message, code: 'invalid_api_key' } },
    { 'x-echo': request.headers.authorization ?? '' },
  )(request, response);
};

const statuses: [string, Serve, OddEnding][] = [
  [
    '429 about a quota and a time',
    json(429, [
      {
        error: {
          code: 429,
          message: `${quota} Please retry in 3.2s.`,
          status: 'RESOURCE_EXHAUSTED',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3s' }],
        },
      },
    ]),
    rests(3000),
  ],
  [
    '429 of Gemini, flat, with a header',
    json(429, { error: { code: 429, message: quota, status: 'RESOURCE_EXHAUSTED' } }, { 'retry-after': '4' }),
    rests(4000),
  ],
  [
    '429 about a key that is invalid',
    json(
      429,
      { error: { message: 'Invalid API key usage pattern', type: 'authentication_error' } },
      { 'retry-after': '2' },
    ),
    rests(2000),
  ],
  [
    '429 in words: try again in',
    json(429, limit('Rate limit reached: Limit 6000, Used 5500, Requested 1200. Please try again in 1m2.5s.')),
    rests(62_500),
  ],
  ['429 in words: milliseconds', json(429, limit('Please try again in 120ms.')), rests(120)],
  ['429 in words: seconds', json(429, { message: 'Too many requests, retry after 20 seconds' }), rests(20_000)],
  ['429 with retry-after-ms', json(429, {}, { 'retry-after-ms': '1500' }), rests(1500)],
  [
    '429 with limits that are used up',
    json(
      429,
      {},
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1m30s',
        'x-ratelimit-remaining-tokens': '10',
        'x-ratelimit-reset-tokens': '9m',
      },
    ),
    rests(90_000),
  ],
  [
    '429 for a day',
    json(429, limit('Daily limit'), { 'retry-after': '86400' }),
    { ...rests(3_600_000), retryable: false },
  ],
  [
    '429 out of credit',
    json(429, { error: { message: quota, type: 'insufficient_quota', code: 'insufficient_quota' } }),
    { text: '', error: 'model/no-credit', retryable: false },
  ],
  [
    '402',
    json(402, { error: { message: 'Insufficient Balance' } }),
    { text: '', error: 'model/no-credit', retryable: false },
  ],
  ['401 that repeats the key', echo, { text: '', error: 'model/bad-key', retryable: false }],
  ['403', json(403, { detail: 'Forbidden' }), { text: '', error: 'model/bad-key' }],
  [
    '403 because of the question',
    json(403, { error: { code: 403, message: 'Your input was flagged', metadata: { reasons: ['violence'] } } }),
    { text: '', error: 'model/refused' },
  ],
  [
    '403 for one model',
    json(403, { error: { message: 'Project does not have access to model `x`', code: 'model_not_found' } }),
    { text: '', error: 'model/unknown-model' },
  ],
  [
    '403 as a web page of Cloudflare',
    page(
      403,
      '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title><meta http-equiv="content-security-policy" content="default-src none; content_policy">',
    ),
    webPage,
  ],
  ['403 as a web page without a type', page(403, '\n<html><title>403 Forbidden</title></html>', 'text/plain'), webPage],
  ['403 as a line of Cloudflare', page(403, 'error code: 1020', 'text/plain; charset=UTF-8'), webPage],
  ['403 as a page in upper case', page(403, '<HTML><HEAD>Access Denied: billing'), webPage],
  ['405 as a web page', page(405, '<html><h1>405 Not Allowed</h1></html>'), webPage],
  [
    '403 for a country, OpenAI',
    json(403, {
      error: {
        message: 'Country, region, or territory not supported',
        type: 'request_forbidden',
        param: null,
        code: 'unsupported_country_region_territory',
      },
    }),
    wrongRegion,
  ],
  [
    '403 for a region in words',
    json(403, { error: { message: 'This model is not available in your region.', code: 403 } }),
    wrongRegion,
  ],
  [
    '400 for a location, Gemini',
    json(400, [
      {
        error: {
          code: 400,
          message: 'User location is not supported for the API use.',
          status: 'FAILED_PRECONDITION',
        },
      },
    ]),
    wrongRegion,
  ],
  ['451', json(451, {}), wrongRegion],
  [
    '400 at the hard limit of billing',
    json(400, {
      error: { message: 'Billing hard limit has been reached', type: null, code: 'billing_hard_limit_reached' },
    }),
    noCredit,
  ],
  ['400 about a balance', json(400, { error: { message: 'Insufficient balance, please recharge' } }), noCredit],
  ['429 about a balance', json(429, { error: { message: 'Insufficient account balance' } }), noCredit],
  ['403 about a balance', json(403, { code: 30001, message: 'Sorry, your account balance is insufficient' }), noCredit],
  [
    'context of TGI',
    json(422, {
      error: {
        message:
          'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3900 `inputs` tokens and 500 `max_new_tokens`',
        type: 'validation',
      },
    }),
    tooLong,
  ],
  [
    'context of TGI, the prompt alone',
    json(422, { error: 'Input validation error: `inputs` must have less than 1024 tokens. Given: 3900' }),
    tooLong,
  ],
  [
    '404 as a web page',
    (_request, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>no</html>'),
    { text: '', error: 'model/unknown-model' },
  ],
  [
    '503 as a web page about keys',
    (_request, response) =>
      void response.writeHead(503, { 'content-type': 'text/html' }).end('<html>401 invalid_api_key</html>'),
    { text: '', error: 'model/overloaded', retryable: true },
  ],
  [
    '500 about a key',
    json(500, { error: { message: 'upstream: invalid_api_key', code: 'invalid_api_key' } }),
    { text: '', error: 'model/failed', retryable: true },
  ],
  [
    '500 without a body',
    (_request, response) => void response.writeHead(500).end(),
    { text: '', error: 'model/failed', retryable: true },
  ],
  ['413', json(413, limit('Request too large on tokens per minute (TPM): Limit 6000, Requested 7200')), tooLong],
  [
    '429 that can never fit',
    json(429, limit('Rate limit reached on tokens per min (TPM): Limit 30000, Requested 40,000.')),
    tooLong,
  ],
  [
    '413 of a proxy',
    (_request, response) => void response.writeHead(413, { 'content-type': 'text/html' }).end('<h1>413</h1>'),
    tooLong,
  ],
  [
    'context of llama.cpp',
    json(400, {
      error: {
        code: 400,
        message: 'the request exceeds the available context size. try increasing the context size',
        type: 'invalid_request_error',
      },
    }),
    tooLong,
  ],
  [
    'context of LM Studio',
    json(400, { error: 'Trying to keep the first 5432 tokens when context the overflows. provide a shorter input' }),
    tooLong,
  ],
  [
    'context of Gemini',
    json(400, [
      {
        error: {
          code: 400,
          message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
          status: 'INVALID_ARGUMENT',
        },
      },
    ]),
    tooLong,
  ],
  [
    'context of vLLM',
    json(400, {
      object: 'error',
      message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
      code: 400,
    }),
    tooLong,
  ],
  [
    '400 in FastAPI words',
    json(400, { detail: [{ loc: ['body', 'x'], msg: 'field required', type: 'missing' }] }),
    { text: '', error: 'model/failed', retryable: false },
  ],
];

const within: [string, Serve, OddEnding][] = [
  [
    'an error in a 200',
    json(200, { error: { message: 'Bad gateway', code: 502 } }),
    { text: '', error: 'model/overloaded', retryable: true },
  ],
  ['a key error in a 200', json(200, { error: { message: 'no', code: 401 } }), { text: '', error: 'model/bad-key' }],
  [
    'a string as error in a 200',
    json(200, { error: 'model requires more system memory' }),
    { text: '', error: 'model/failed' },
  ],
  ['a detail in a 200', json(200, { detail: 'Not authenticated' }), { text: '', error: 'model/bad-key' }],
  [
    'a missing model in a 200, Ollama',
    json(200, { error: 'model "m" not found, try pulling it first' }),
    { text: '', error: 'model/unknown-model', retryable: false },
  ],
  [
    'a missing model in a stream',
    stream([data({ error: { message: "The model 'm' does not exist" } })]),
    { text: '', error: 'model/unknown-model', retryable: false },
  ],
  [
    'a model that loads, in a 200',
    json(200, { error: { message: 'Model is loading' } }),
    { text: '', error: 'model/overloaded', retryable: true },
  ],
  [
    'a model that loads, Hugging Face',
    json(200, { error: 'Model m/x is currently loading', estimated_time: 20 }),
    { text: '', error: 'model/overloaded', retryable: true },
  ],
  [
    'no credit in a 200',
    json(200, { error: 'Insufficient balance' }),
    { text: '', error: 'model/no-credit', retryable: false },
  ],
  [
    'a question in a 200 that speaks of missing models',
    json(200, { error: 'template failed at: "the model was not found"' }),
    { text: '', error: 'model/failed' },
  ],
  [
    'Cloudflare in a 200',
    json(200, { success: false, errors: [{ code: 429, message: 'slow down' }], result: null }),
    { text: '', error: 'model/rate-limited' },
  ],
  [
    'JSON that is no answer',
    json(200, { status: 'ok' }),
    { text: '', error: 'model/unreadable', retryable: false, says: /no answer/ },
  ],
  [
    'a web page',
    (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!DOCTYPE html><html>Checking your browser</html>'),
    { ...webPage, says: /web page/ },
  ],
  [
    'a web page that says it is a stream',
    stream(['\n <html><body>Sign in</body></html>']),
    { ...webPage, says: /web page/ },
  ],
  [
    'plain words',
    (_request, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('no healthy upstream'),
    { text: '', error: 'model/unreadable', retryable: true, says: /no answer/ },
  ],
  [
    'no content',
    (_request, response) => void response.writeHead(204).end(),
    { text: '', error: 'model/empty', says: /no answer/ },
  ],
  [
    'an error event',
    stream(['event: error\ndata: {"error":{"message":"Context size has been exceeded."}}\n\n']),
    tooLong,
  ],
  [
    'an error event with a message alone',
    stream(['event: error\ndata: {"message":"boom","code":503}\n\n']),
    { text: '', error: 'model/overloaded' },
  ],
  [
    'an error as first event',
    stream([data({ error: { message: 'slow', type: 'rate_limit_error', code: null } })]),
    { text: '', error: 'model/rate-limited' },
  ],
  [
    'an error as a string',
    stream([say('Begin'), data({ error: 'CUDA out of memory' })]),
    { text: 'Begin', error: 'model/failed' },
  ],
  [
    'an error after words',
    stream([
      say('Begin'),
      data({ ...chunk({ content: 'ning' }, 'error'), error: { code: 502, message: 'Provider returned error' } }),
      DONE,
    ]),
    { text: 'Beginning', error: 'model/overloaded', retryable: true },
  ],
  [
    'an error in the choice',
    stream([say('Begin'), data({ choices: [{ delta: {}, error: { code: 503, message: 'x' } }] })]),
    { text: 'Begin', error: 'model/overloaded' },
  ],
  [
    'a list as event',
    stream([`data: ${JSON.stringify([{ error: { code: 429, message: 'Please retry in 2s.' } }])}\n\n`]),
    rests(2000),
  ],
  [
    'the reason error alone',
    stream([say('Begin'), data(chunk({}, 'error'))]),
    { text: 'Begin', error: 'model/failed', retryable: true },
  ],
  [
    'the reason of DeepSeek',
    stream([say('Begin'), data(chunk({}, 'insufficient_system_resource')), DONE]),
    { text: 'Begin', error: 'model/failed', retryable: true },
  ],
  [
    'the reason abort',
    stream([say('Begin'), data(chunk({}, 'abort'))]),
    { text: 'Begin', error: 'model/failed', retryable: true },
  ],
];

export const errorCases: OddCase[] = [
  ...statuses.map(([name, serve, ends]) => fails('statuses', name, serve, ends)),
  ...within.map(([name, serve, ends]) => fails('within a 200', name, serve, ends)),
];
