import { assistantMessage, picturePart, systemMessage, textPart, userMessage } from '../../platform/models/index.ts';
import type { ModelMessage } from '../../platform/models/index.ts';
import { answered, data, json, plain, stream } from './case.ts';
import type { OddCase, OddEnding, Serve } from './case.ts';

type Body = Record<string, unknown>;

const has = (field: string) => (body: Body) => body[field] !== undefined;
const roles = (body: Body) => (body['messages'] as { role: string }[]).map(({ role }) => role);
const hasSystem = (body: Body) => roles(body).includes('system');

/** Refuses while the request has what it doesn't support. */
function refuses(when: (body: Body) => boolean, refusal: Serve): Serve {
  return (request, response) => (when(request.body) ? refusal : stream(plain('Taken.')))(request, response);
}

const invalid = (message: string, more: object = {}) =>
  json(400, { error: { message, type: 'invalid_request_error', ...more } });
const forbidden = (...loc: (string | number)[]) =>
  json(422, {
    detail: [{ loc: ['body', ...loc], msg: 'Extra inputs are not permitted', type: 'extra_forbidden', input: 'x' }],
  });

/** Four user messages in a row, and an assistant message first. */
const messages: ModelMessage[] = [
  systemMessage('Be kind.'),
  assistantMessage('Earlier I said this.'),
  userMessage('Bob: morning'),
  userMessage('Milo: hi'),
  assistantMessage('One.'),
  assistantMessage('Two.'),
  userMessage('Alice: and now?'),
];

const picture = picturePart({ mediaType: 'image/png', data: new Uint8Array([137, 80, 78, 71]) });

const alternates = (body: Body) => {
  const all = roles(body).filter((role, index) => !(index === 0 && role === 'system'));
  return !all.every((role, index) => role === (index % 2 === 0 ? 'user' : 'assistant'));
};
const alternation = json(400, {
  ...{ object: 'error', message: 'Conversation roles must alternate user/assistant/user/assistant/...', code: 400 },
});

const taken: OddEnding = { ...answered('Taken.'), requests: 2 };
const learns: [string, Serve, OddEnding][] = [
  [
    'max_tokens, OpenAI',
    refuses(
      has('max_tokens'),
      invalid(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        { param: 'max_tokens', code: 'unsupported_parameter' },
      ),
    ),
    { ...taken, sent: has('max_completion_tokens') },
  ],
  [
    'max_tokens, Google',
    refuses(
      has('max_tokens'),
      json(400, [
        {
          error: {
            code: 400,
            message: 'Invalid JSON payload received. Unknown name "max_tokens": Cannot find field.',
            status: 'INVALID_ARGUMENT',
          },
        },
      ]),
    ),
    taken,
  ],
  [
    'both names of max_tokens',
    refuses(
      (body) => has('max_tokens')(body) || has('max_completion_tokens')(body),
      (request, response) =>
        invalid(
          request.body['max_tokens'] === undefined
            ? 'Unrecognized request argument supplied: max_completion_tokens'
            : 'max_tokens is not supported, use max_completion_tokens',
        )(request, response),
    ),
    { ...taken, requests: 3 },
  ],
  ['stream_options, pydantic', refuses(has('stream_options'), forbidden('stream_options')), taken],
  [
    'stream_options, old OpenAI',
    refuses(has('stream_options'), invalid('Unrecognized request argument supplied: stream_options')),
    taken,
  ],
  [
    'stream_options, Cohere',
    refuses(has('stream_options'), json(422, { message: "invalid request: unknown field 'stream_options'" })),
    taken,
  ],
  [
    'temperature, OpenAI',
    refuses(
      has('temperature'),
      invalid(
        "Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) value is supported.",
        { param: 'temperature', code: 'unsupported_value' },
      ),
    ),
    taken,
  ],
  [
    'temperature, in words',
    refuses(has('temperature'), json(400, { error: 'this model does not support temperature' })),
    taken,
  ],
  [
    'temperature, out of range',
    refuses(has('temperature'), json(400, { message: 'temperature must be between 0 and 0.2' })),
    taken,
  ],
  [
    'a system role, jinja',
    refuses(hasSystem, invalid('Error rendering prompt with jinja template: "System role not supported".')),
    taken,
  ],
  [
    'a system role, jinja with 500',
    refuses(
      hasSystem,
      json(500, { error: { code: 500, message: 'System role not supported at row 1', type: 'server_error' } }),
    ),
    taken,
  ],
  [
    'a system role, Gemma',
    refuses(
      hasSystem,
      json(400, [
        {
          error: {
            code: 400,
            message: 'Developer instruction is not enabled for models/gemma-3-27b-it',
            status: 'INVALID_ARGUMENT',
          },
        },
      ]),
    ),
    taken,
  ],
  [
    'a system role, pydantic',
    refuses(
      hasSystem,
      json(422, {
        detail: [
          {
            loc: ['body', 'messages', 0, 'role'],
            msg: "unexpected value; permitted: 'user', 'assistant'",
            type: 'value_error.const',
          },
        ],
      }),
    ),
    taken,
  ],
  ['a system role, Mistral', refuses(hasSystem, invalid('Only user and assistant roles are supported!')), taken],
  [
    'a system role, within a 200',
    refuses(
      hasSystem,
      stream([
        `event: error\n${data({ error: { message: 'Error rendering prompt with jinja template: "System role not supported"' } })}`,
      ]),
    ),
    taken,
  ],
  [
    'a system role, o1',
    refuses(
      hasSystem,
      invalid("Unsupported value: 'messages[0].role' does not support 'system' with this model.", {
        param: 'messages[0].role',
        code: 'unsupported_value',
      }),
    ),
    taken,
  ],
  [
    'four things one after the other',
    (request, response) => {
      const { body } = request;
      if (has('stream_options')(body)) return forbidden('stream_options')(request, response);
      if (has('temperature')(body)) return forbidden('temperature')(request, response);
      if (has('max_tokens')(body)) return forbidden('max_tokens')(request, response);
      return refuses(hasSystem, invalid('system messages are not allowed'))(request, response);
    },
    { ...taken, requests: 5 },
  ],
];

/** Refuses more output than a model has, and names its maximum. */
const atMost =
  (field: string, most: number, message: string): Serve =>
  (request, response) =>
    refuses((body) => Number(body[field]) > most, invalid(message, { param: field }))(request, response);
const clipped = (field: string, most: number): OddEnding => ({
  ...taken,
  sent: (body) => body[field] === most,
});

const clips: [string, Serve, OddEnding][] = [
  [
    'too much output, OpenAI',
    atMost(
      'max_tokens',
      256,
      'max_tokens is too large: 500. This model supports at most 256 completion tokens, whereas you provided 500.',
    ),
    clipped('max_tokens', 256),
  ],
  [
    'too much output, Anthropic behind a gateway',
    atMost('max_tokens', 128, 'max_tokens: 500 > 128, which is the maximum allowed number of output tokens for m'),
    clipped('max_tokens', 128),
  ],
  [
    'too much output, DeepSeek',
    atMost('max_tokens', 400, 'Invalid max_tokens value, the valid range of max_tokens is [1, 400]'),
    clipped('max_tokens', 400),
  ],
  [
    'too much output, Groq',
    atMost('max_tokens', 99, '`max_tokens` must be less than or equal to `99`, the maximum value for `max_tokens`'),
    clipped('max_tokens', 99),
  ],
];

const keeps: [string, Serve, OddEnding, Partial<OddCase>][] = [
  [
    'a refusal of something else',
    refuses(has('stream'), invalid('stream is unsupported here')),
    { text: '', error: 'model/failed', requests: 1 },
    {},
  ],
  [
    'a limit that is too high',
    refuses(
      has('max_tokens'),
      invalid("'max_tokens' is too large: 9000. This model's maximum context length is 4096 tokens."),
    ),
    { text: '', error: 'model/too-long', requests: 1 },
    {},
  ],
  [
    'a refusal that stays',
    invalid("'temperature' is not supported"),
    { text: '', error: 'model/failed', requests: 2 },
    {},
  ],
  [
    'a question that speaks of it',
    (request, response) =>
      json(422, {
        detail: [{ loc: ['body', 'seed'], msg: 'missing', type: 'missing', input: JSON.stringify(request.body) }],
      })(request, response),
    { text: '', error: 'model/failed', requests: 1 },
    { messages: [userMessage('temperature is not supported, max_tokens is not permitted')] },
  ],
  [
    'what the settings say',
    refuses((body) => hasSystem(body) || has('temperature')(body), invalid('no')),
    answered('Taken.'),
    { provider: { quirks: ['no-system-role', 'no-temperature'] } },
  ],
  [
    'what the settings say of a model',
    refuses(has('max_tokens'), invalid('no')),
    { ...answered('Taken.'), sent: has('max_completion_tokens') },
    { provider: { models: [{ name: 'm', quirks: ['max-completion-tokens'] }] } },
  ],
  ['roles that take turns', refuses(alternates, alternation), answered('Taken.'), { messages }],
  [
    'roles that take turns, without a system prompt',
    refuses(alternates, alternation),
    answered('Taken.'),
    { messages: messages.slice(1) },
  ],
  [
    'roles that take turns, the system prompt counts',
    refuses((body) => alternates(body) || hasSystem(body), alternation),
    taken,
    { messages },
  ],
  [
    'pictures that are merged',
    refuses(alternates, alternation),
    { ...answered('Taken.'), sent: (body) => JSON.stringify(body['messages']).split('image_url":{').length === 3 },
    {
      provider: { models: [{ name: 'm', vision: true }] },
      messages: [userMessage([picture]), userMessage('and this'), userMessage([picture, textPart('?')])],
    },
  ],
];

export const learningCases: OddCase[] = [
  ...[...learns, ...clips].map(([name, serve, ends]): OddCase => ({
    group: 'learning',
    type: 'openai-compatible',
    temperature: 0.3,
    name,
    serve,
    ends,
  })),
  ...keeps.map(([name, serve, ends, more]): OddCase => ({
    group: 'requests',
    type: 'openai-compatible',
    temperature: 0.3,
    name,
    serve,
    ends,
    ...more,
  })),
];
