import type { APIModalInteractionResponseCallbackComponent } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { fieldProblem, initialValues, isRequired, modalAnswer, modalParts, refusalsByField } from './modal-fields.ts';

const options = [
  { label: 'A', value: 'a', default: true },
  { label: 'B', value: 'b' },
  { label: 'C', value: 'c' },
];
const labelled = (component: object, description?: string) => ({ type: 18, label: 'Label', description, component });
const components = [
  { type: 10, content: 'Some words' },
  { type: 1, components: [{ type: 4, custom_id: 'row', label: 'In a row', style: 1, min_length: 2, value: 'x' }] },
  labelled({ type: 4, custom_id: 'label', style: 2, required: false }, 'More'),
  labelled({ type: 3, custom_id: 'pick', options }),
  labelled({ type: 5, custom_id: 'people', default_values: [{ id: '7', type: 'user' }] }),
  labelled({ type: 19, custom_id: 'files', min_values: 1, max_values: 2 }),
  labelled({ type: 21, custom_id: 'radio', options: options.slice(1) }),
  labelled({ type: 22, custom_id: 'many', options, min_values: 2 }),
  labelled({ type: 23, custom_id: 'tick', default: true }),
  labelled({ type: 99, custom_id: 'later' }),
] as unknown as readonly APIModalInteractionResponseCallbackComponent[];

const parts = modalParts(components);

function field(customId: string) {
  const found = parts.find((part) => 'customId' in part && part.customId === customId);
  if (found === undefined || 'text' in found) throw new Error(`${customId} is not there.`);
  return found;
}

describe('an application’s form', () => {
  it('begins with its own values and answers in its own shape', () => {
    const file = new File(['x'], 'x.txt');
    const values = new Map(initialValues(parts)).set('label', ['hello']).set('files', [file]).set('radio', ['c']);
    expect(modalAnswer(parts, values)).toEqual({
      files: [file],
      components: [
        { type: 1, components: [{ type: 4, custom_id: 'row', value: 'x' }] },
        { type: 18, component: { type: 4, custom_id: 'label', value: 'hello' } },
        { type: 18, component: { type: 3, custom_id: 'pick', values: ['a'] } },
        { type: 18, component: { type: 5, custom_id: 'people', values: ['7'] } },
        { type: 18, component: { type: 19, custom_id: 'files', values: ['0'] } },
        { type: 18, component: { type: 21, custom_id: 'radio', value: 'c' } },
        { type: 18, component: { type: 22, custom_id: 'many', values: ['a'] } },
        { type: 18, component: { type: 23, custom_id: 'tick', value: true } },
      ],
    });
  });

  it('answers what is left empty as nothing', () => {
    expect(modalAnswer([field('radio'), field('tick'), field('files')], new Map())).toEqual({
      files: [],
      components: [
        { type: 18, component: { type: 21, custom_id: 'radio', value: null } },
        { type: 18, component: { type: 23, custom_id: 'tick', value: false } },
        { type: 18, component: { type: 19, custom_id: 'files', values: [] } },
      ],
    });
  });

  it('says what is missing, too little or too much', () => {
    expect(fieldProblem(field('row'), [''])).toBe('This field is required');
    expect(fieldProblem(field('row'), ['x'])).toBe('At least 2 characters');
    expect(fieldProblem(field('row'), ['xy'])).toBeNull();
    expect(fieldProblem(field('label'), [''])).toBeNull();
    expect(fieldProblem(field('pick'), [])).toBe('Choose something');
    expect(fieldProblem(field('files'), [])).toBe('Add a file');
    expect(fieldProblem(field('many'), ['a'])).toBe('Choose at least 2');
    expect(fieldProblem(field('many'), ['a', 'b', 'c'])).toBeNull();
    expect(fieldProblem(field('radio'), [])).toBe('Choose something');
    expect(fieldProblem(field('tick'), [])).toBeNull();
  });

  it('marks as required what must be filled in', () => {
    const required = parts.filter((part) => !('text' in part) && isRequired(part));
    expect(required.map((part) => ('text' in part ? '' : part.customId))).toEqual([
      'row',
      'pick',
      'people',
      'files',
      'radio',
      'many',
    ]);
  });

  it('finds the field that a refusal is about, by its name or its place', () => {
    const refusals = refusalsByField(parts, [
      { path: 'data.components.row', message: 'Too rude' },
      { path: 'data.components.3.component.values', message: 'Not that one' },
      { path: 'data.components.5.component.files.values', message: 'Too large' },
      { path: 'data.custom_id', message: 'About none of them' },
    ]);
    expect([...refusals]).toEqual([
      ['row', 'Too rude'],
      ['pick', 'Not that one'],
      ['files', 'Too large'],
    ]);
  });

  it('keeps a place for inputs this page does not know', () => {
    expect(field('later')).toMatchObject({ label: 'Label', input: null });
  });
});
