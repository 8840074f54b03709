import { chunk, data, DONE, json, stream, usage } from './case.ts';
import type { OddCase, OddEnding } from './case.ts';

type Kind = OddCase['type'];

const event = (value: { type: string; [field: string]: unknown }): string => `event: ${value.type}\n${data(value)}`;
const input = '{"city":"Berlin"}';
const called: OddEnding = { text: '', finish: 'tool-calls', calls: [['weather', input]] };
const twice: OddEnding = { ...called, calls: [...(called.calls ?? []), ...(called.calls ?? [])] };

const delta = (...calls: object[]): string => data(chunk({ tool_calls: calls }));
const end = (reason = 'tool_calls'): string => data(chunk({}, reason)) + usage() + DONE;
const whole = { index: 0, id: 'a', type: 'function', function: { name: 'weather', arguments: input } };
const { index: _index, ...unplaced } = whole;
const other = { ...whole, index: 1, id: 'b' };

const chat: [string, OddCase['serve'], OddEnding][] = [
  ['a call in one piece', [delta(whole), end()], called],
  ['a call that ends with stop', [delta(whole), end('stop')], called],
  ['a call that ends in words of Anthropic', [delta(whole), end('tool_use')], called],
  [
    'input as an object',
    [delta({ ...whole, function: { name: 'weather', arguments: { city: 'Berlin' } } }), end()],
    called,
  ],
  ['no id and no index', [delta({ function: whole.function }), end()], called],
  ['an id that is a number', [delta({ ...whole, id: 7 }), end()], called],
  [
    'a name that comes late',
    [
      delta({ index: 0, id: 'a', function: { arguments: input.slice(0, 5) } }),
      delta({ index: 0, function: { name: 'weather', arguments: input.slice(5) } }),
      end(),
    ],
    called,
  ],
  ['two calls under one index', [delta(whole), delta({ ...whole, id: 'b' }), end()], twice],
  ['two calls without an index', [delta(unplaced, { ...unplaced, id: 'b' }), end()], twice],
  ['two calls with the same id', [delta(whole, { ...other, id: 'a' }), end()], twice],
  [
    'a call beside one without a name',
    [delta(other, { index: 0, id: 'x', function: { arguments: '{}' } }), end()],
    called,
  ],
  [
    'no input',
    [delta({ index: 0, id: 'a', function: { name: 'weather' } }), end()],
    { ...called, calls: [['weather', '{}']] },
  ],
  [
    'a reason without a call',
    [data(chunk({ content: 'Well.' })), end()],
    { text: 'Well.', finish: 'other', calls: [] },
  ],
  [
    'an answer in one piece',
    json(200, {
      choices: [
        { index: 0, message: { role: 'assistant', content: null, tool_calls: [whole] }, finish_reason: 'stop' },
      ],
    }),
    called,
  ],
  [
    'a call that breaks off',
    [delta({ ...whole, function: { name: 'weather', arguments: '{"ci' } }), 'cut'],
    { text: '', error: 'model/broke-off', calls: [] },
  ],
];

const block = { type: 'tool_use', id: 'a', name: 'weather' };
const opened = (index: number, content: object): string =>
  event({ type: 'content_block_start', index, content_block: content });
const piece = (index: number, partial_json: unknown): string =>
  event({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } });
const ended = (reason = 'tool_use'): string =>
  event({ type: 'message_delta', delta: { stop_reason: reason }, usage: { input_tokens: 100, output_tokens: 20 } }) +
  event({ type: 'message_stop' });

const messages: [string, OddCase['serve'], OddEnding][] = [
  ['a call without stops', [opened(0, block), piece(0, input), ended()], called],
  ['input with the start of the block', [opened(0, { ...block, input: { city: 'Berlin' } }), ended()], called],
  ['a call that ends as a turn does', [opened(0, { ...block, input: {} }), piece(0, input), ended('end_turn')], called],
  [
    'two calls with the same id',
    [opened(0, block), piece(0, input), opened(1, block), piece(1, input), ended()],
    twice,
  ],
  ['no id', [opened(0, { type: 'tool_use', name: 'weather' }), piece(0, input), ended()], called],
  [
    'pieces that are empty or missing',
    [opened(0, block), piece(0, ''), piece(0, null), piece(0, input), ended()],
    called,
  ],
  [
    'tools of the provider itself',
    [
      opened(0, { type: 'server_tool_use', id: 's', name: 'web_search' }),
      piece(0, '{}'),
      opened(1, block),
      piece(1, input),
      ended(),
    ],
    called,
  ],
  [
    'an answer in one piece',
    json(200, { content: [{ ...block, input: { city: 'Berlin' } }], stop_reason: 'tool_use', usage: {} }),
    called,
  ],
];

const item = { id: 'fc', type: 'function_call', call_id: 'a', name: 'weather', arguments: input };
const completed = data({
  type: 'response.completed',
  response: { output: [], usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 } },
});
const responses: [string, OddCase['serve'], OddEnding][] = [
  [
    'a call that is only told when it is done',
    [data({ type: 'response.output_item.done', output_index: 0, item }), completed],
    called,
  ],
  [
    'pieces of a call that nobody began',
    [
      data({ type: 'response.function_call_arguments.delta', item_id: 'x', output_index: 4, delta: '{' }),
      data({ type: 'response.output_item.done', output_index: 0, item }),
      completed,
    ],
    called,
  ],
  [
    'a call without an id',
    [data({ type: 'response.output_item.done', item: { ...item, call_id: null } }), completed],
    called,
  ],
  ['an answer in one piece', json(200, { status: 'completed', output: [item], usage: {} }), called],
];

const cases = (type: Kind, list: [string, OddCase['serve'], OddEnding][]): OddCase[] =>
  list.map(([name, serve, ends]) => ({
    ...{ group: 'tools', name: `${type}: ${name}`, type, ends, offersTools: true },
    serve: Array.isArray(serve) && !serve.includes('cut') ? stream(serve) : serve,
  }));

export const toolCases: OddCase[] = [
  ...cases('openai-compatible', chat),
  ...cases('anthropic', messages),
  ...cases('openai', responses),
];
