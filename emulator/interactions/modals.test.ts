import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../testing/client.ts';
import { startInteractionStage, type InteractionStage } from '../testing/interaction-stage.ts';
import type { FieldInput } from '../testing/person.ts';

interface Field {
  custom_id: string;
  [property: string]: unknown;
}

let stage: InteractionStage;

beforeAll(async () => {
  stage = await startInteractionStage();
  await stage.register({ name: 'form', description: 'Shows a form' });
});
afterAll(() => stage.close());

const options = (...values: string[]) => values.map((value) => ({ label: value.toUpperCase(), value }));
const labelled = (component: object) => ({ type: 18, label: 'Field', component });
const form = (...components: object[]) => ({ custom_id: 'form', title: 'Form', components });
const text = { type: 4, custom_id: 'text', style: 1 };
const radio = { type: 21, custom_id: 'radio', options: options('a', 'b') };
const boxes = { type: 22, custom_id: 'boxes', options: options('a', 'b', 'c') };
const upload = { type: 19, custom_id: 'upload' };

/** The field as the bot gets it back, or the server's refusal. */
async function submitted(component: Field, input: FieldInput): Promise<unknown> {
  const modal = await stage.showForm('form', form(labelled(component)));
  const sending = stage.alice.submits(modal, { [component.custom_id]: input });
  const received = await stage.during(sending);
  await stage.answer(received, 4, { content: 'Thank you' });
  await sending;
  const [label] = received.data['components'] as { component: Record<string, unknown> }[];
  return label?.component;
}

describe('a form with every kind of field', () => {
  it('arrives with ids and comes back in its order, each value as Discord sends it', async () => {
    const modal = await stage.showForm('form', {
      ...form(
        { type: 10, content: 'Please fill in' },
        labelled({ ...text, value: 'before' }),
        labelled({ ...radio, required: false }),
        labelled({ ...boxes, id: 40, min_values: 1, max_values: 2 }),
        labelled({ type: 23, custom_id: 'yes', default: true }),
      ),
    });
    const ids = modal.components.map((part) => [(part as { id?: number }).id, (part.component as { id?: number })?.id]);
    expect(ids).toEqual([
      [1, undefined],
      [2, 3],
      [4, 5],
      [6, 40],
      [7, 8],
    ]);
    const { data, type } = await stage.during(stage.alice.submits(modal, { boxes: ['c', 'a'] }));
    expect(type).toBe(5);
    expect(data).toEqual({
      custom_id: 'form',
      components: [
        { type: 10, id: 1 },
        { type: 18, id: 2, component: { type: 4, id: 3, custom_id: 'text', value: 'before' } },
        { type: 18, id: 4, component: { type: 21, id: 5, custom_id: 'radio', value: null } },
        { type: 18, id: 6, component: { type: 22, id: 40, custom_id: 'boxes', values: ['c', 'a'] } },
        { type: 18, id: 7, component: { type: 23, id: 8, custom_id: 'yes', value: true } },
      ],
    });
  });

  it('resolves what select menus choose', async () => {
    const { alice, playground } = stage;
    const selects = [5, 6, 7, 8].map((type) => labelled({ type, custom_id: `select-${String(type)}` }));
    const modal = await stage.showForm('form', form(...selects));
    const channelId = playground.channelId('art');
    const inputs = {
      'select-5': [alice.user.id],
      'select-6': [playground.guildId],
      'select-7': [playground.botUserId],
      'select-8': [channelId],
    };
    const { data } = await stage.during(alice.submits(modal, inputs));
    expect(data['resolved']).toMatchObject({
      users: { [alice.user.id]: { username: 'alice' }, [playground.botUserId]: { bot: true } },
      members: { [alice.user.id]: { permissions: expect.any(String) as unknown } },
      roles: { [playground.guildId]: { name: '@everyone' } },
      channels: { [channelId]: { name: 'art' } },
    });
  });

  it('brings uploads as attachments that the bot can load', async () => {
    const modal = await stage.showForm(
      'form',
      form(labelled({ ...upload, max_values: 2, file_types: ['image', '.TXT'] })),
    );
    const files = [
      { name: 'a.PNG', data: 'one', type: 'image/png' },
      { name: 'b.txt', data: 'two', type: 'text/plain' },
    ];
    const { data } = await stage.during(stage.alice.submits(modal, { upload: files }));
    const [part] = data['components'] as { component: { values: string[] } }[];
    const values = part?.component.values ?? [];
    const { attachments } = data['resolved'] as { attachments: Record<string, { url: string; filename: string }> };
    expect(values.map((id) => attachments[id])).toMatchObject([
      { filename: 'a.PNG', content_type: 'image/png', ephemeral: true, size: 3 },
      { filename: 'b.txt', size: 3 },
    ]);
    expect(await (await fetch(attachments[values[1] ?? '']?.url ?? '')).text()).toBe('two');
  });
});

describe('a submission', () => {
  it.each<[string, Field, FieldInput, unknown]>([
    ['a text of the longest length', { ...text, max_length: 3 }, 'äöü', { value: 'äöü' }],
    ['no optional text', { ...text, required: false }, '', { value: '' }],
    ['a radio button', radio, 'b', { value: 'b' }],
    ['check boxes', { ...boxes, max_values: 2 }, ['b'], { values: ['b'] }],
    ['all check boxes, the most there is by default', boxes, ['c', 'b', 'a'], { values: ['c', 'b', 'a'] }],
    ['no optional check boxes', { ...boxes, required: false }, [], { values: [] }],
    ['a check box left alone', { type: 23, custom_id: 'yes' }, false, { value: false }],
    ['no optional files', { ...upload, required: false }, [], { values: [] }],
    ['no optional choice', { type: 3, custom_id: 'menu', required: false, options: options('a') }, [], { values: [] }],
  ])('is taken with %s', async (_what, component, input, expected) => {
    expect(await submitted(component, input)).toMatchObject(expected as object);
  });

  const file = (name: string) => ({ name, data: 'x' });
  it.each<[string, Field, FieldInput, RegExp]>([
    ['a text that is too long', { ...text, max_length: 3 }, 'long', /BASE_TYPE_BAD_LENGTH/],
    ['a text that is too short', { ...text, min_length: 3 }, 'no', /BASE_TYPE_BAD_LENGTH/],
    ['no required text', text, '', /BASE_TYPE_REQUIRED/],
    ['a truth value as text', text, true, /STRING_TYPE_CONVERT/],
    ['no required radio button', radio, null, /BASE_TYPE_REQUIRED/],
    ['a radio button that is not there', radio, 'z', /COMPONENT_VALIDATION_FAILED/],
    ['too many check boxes', { ...boxes, max_values: 2 }, ['a', 'b', 'c'], /BASE_TYPE_BAD_LENGTH/],
    ['too few check boxes', { ...boxes, min_values: 2, required: false }, ['a'], /BASE_TYPE_BAD_LENGTH/],
    ['one check box twice', boxes, ['a', 'a'], /BASE_TYPE_BAD_LENGTH/],
    ['no required check boxes', boxes, [], /BASE_TYPE_REQUIRED/],
    ['a text as check box', { type: 23, custom_id: 'yes' }, 'true', /BOOLEAN_TYPE_CONVERT/],
    ['no required files', upload, [], /BASE_TYPE_REQUIRED/],
    ['too many files', upload, [file('a'), file('b')], /BASE_TYPE_BAD_LENGTH/],
    ['a file of another type', { ...upload, file_types: ['image'] }, [file('a.txt')], /FILE_TYPE_NOT_ALLOWED/],
    [
      'a choice that is not there',
      { type: 3, custom_id: 'menu', options: options('a') },
      ['b'],
      /COMPONENT_VALIDATION/,
    ],
  ])('is refused with %s, and the form can be sent again', async (_what, component, input, problem) => {
    const before = stage.playground.core.world.optionUploads.size;
    await expect(submitted(component, input)).rejects.toThrow(problem);
    expect(stage.playground.core.world.optionUploads.size).toBe(before);
  });

  it('cannot name a file that was not uploaded', async () => {
    const modal = await stage.showForm('form', form(labelled(upload)));
    const components = [{ type: 18, component: { type: 19, custom_id: 'upload', values: ['0'] } }];
    const body = {
      type: 5,
      application_id: stage.applicationId,
      guild_id: stage.playground.guildId,
      channel_id: modal.channel_id,
      data: { custom_id: 'form', components },
    };
    await expect(stage.alice.request('POST', '/interactions', body)).rejects.toThrow(/MESSAGE_ATTACHMENT_NOT_FOUND/);
  });
});

describe('a form that breaks a rule', () => {
  const many = (count: number) => options(...Array.from({ length: count }, (_, index) => String(index)));
  it.each<[string, object]>([
    ['a field outside of a label', form(radio)],
    ['six parts', form(...[1, 2, 3, 4, 5, 6].map((n) => labelled({ ...text, custom_id: String(n) })))],
    ['no part', form()],
    ['one custom id twice', form(labelled(text), labelled({ ...radio, custom_id: 'text' }))],
    ['one id twice', form(labelled({ ...text, id: 7 }), labelled({ ...radio, id: 7 }))],
    ['a radio group of one', form(labelled({ ...radio, options: options('a') }))],
    ['a radio group of eleven', form(labelled({ ...radio, options: many(11) }))],
    [
      'two radio buttons chosen',
      form(labelled({ ...radio, options: radio.options.map((o) => ({ ...o, default: true })) })),
    ],
    ['an option twice', form(labelled({ ...boxes, options: options('a', 'a') }))],
    ['no check boxes', form(labelled({ ...boxes, options: [] }))],
    ['more check boxes wanted than there are', form(labelled({ ...boxes, max_values: 4 }))],
    ['required check boxes of which none is needed', form(labelled({ ...boxes, min_values: 0 }))],
    ['more files at least than at most', form(labelled({ ...upload, min_values: 3, max_values: 2 }))],
    ['eleven files', form(labelled({ ...upload, max_values: 11 }))],
    ['a file type without a dot', form(labelled({ ...upload, file_types: ['png'] }))],
    ['eleven file types', form(labelled({ ...upload, file_types: Array.from({ length: 11 }, () => 'image') }))],
    ['a disabled menu', form(labelled({ type: 3, custom_id: 'menu', options: options('a'), disabled: true }))],
    ['a required menu without a choice', form(labelled({ type: 5, custom_id: 'menu', min_values: 0 }))],
    [
      'a role in a menu of users',
      form(labelled({ type: 5, custom_id: 'm', default_values: [{ id: '1', type: 'role' }] })),
    ],
    ['a text longer than it may be', form(labelled({ ...text, max_length: 2, value: 'abc' }))],
    ['a least length above the longest', form(labelled({ ...text, min_length: 5, max_length: 2 }))],
    ['a text input in a row without a label', form({ type: 1, components: [text] })],
    ['a select in a row', form({ type: 1, components: [{ type: 5, custom_id: 'menu', label: 'x' }] })],
    ['a label of 46 characters', form({ ...labelled(text), label: 'x'.repeat(46) })],
  ])('is not shown: %s', async (_what, shown) => {
    const outcome = stage.alice.runs('form');
    const interaction = await stage.during(outcome);
    expect(await refusal(stage.answer(interaction, 9, shown))).toEqual([400, 50035]);
    await stage.answer(interaction, 4, { content: 'No form' });
    expect((await outcome).modal).toBeNull();
  });
});
