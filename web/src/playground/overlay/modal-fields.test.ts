import type { APIModalInteractionResponseCallbackComponent } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { fieldProblem, initialValues, modalAnswer, modalParts } from './modal-fields.ts';

const components = [
  { type: 10, content: 'Some words' },
  { type: 1, components: [{ type: 4, custom_id: 'row', label: 'In a row', style: 1, min_length: 2, value: 'x' }] },
  {
    type: 18,
    label: 'In a label',
    description: 'More',
    component: { type: 4, custom_id: 'label', style: 2, required: false },
  },
  {
    type: 18,
    label: 'Choose',
    component: {
      type: 3,
      custom_id: 'pick',
      options: [
        { label: 'A', value: 'a', default: true },
        { label: 'B', value: 'b' },
      ],
    },
  },
  { type: 18, label: 'Upload', component: { type: 19, custom_id: 'file' } },
] as unknown as readonly APIModalInteractionResponseCallbackComponent[];

const parts = modalParts(components);

function field(customId: string) {
  const found = parts.find((part) => 'customId' in part && part.customId === customId);
  if (found === undefined || 'text' in found) throw new Error(`${customId} is not there.`);
  return found;
}

describe('an application’s form', () => {
  it('begins with its own values and answers in its own shape', () => {
    const values = new Map(initialValues(parts)).set('label', ['hello']);
    expect(modalAnswer(parts, values)).toEqual([
      { type: 1, components: [{ type: 4, custom_id: 'row', value: 'x' }] },
      { type: 18, component: { type: 4, custom_id: 'label', value: 'hello' } },
      { type: 18, component: { type: 3, custom_id: 'pick', values: ['a'] } },
    ]);
  });

  it('says what is missing or too short', () => {
    expect(fieldProblem(field('row'), [''])).toBe('Needed');
    expect(fieldProblem(field('row'), ['x'])).toBe('At least 2 characters');
    expect(fieldProblem(field('row'), ['xy'])).toBeNull();
    expect(fieldProblem(field('label'), [''])).toBeNull();
    expect(fieldProblem(field('pick'), [])).toBe('Choose something');
  });

  it('keeps a place for inputs this page does not know', () => {
    expect(field('file')).toMatchObject({ label: 'Upload', input: null });
  });
});
