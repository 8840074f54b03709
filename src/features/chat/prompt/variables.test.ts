import { describe, expect, it } from 'vitest';
import { fillIn, promptCharacters, variablesIn } from './variables.ts';

describe('what is filled in', () => {
  it('takes the place of its name, everywhere', () => {
    const text = '{{name}} in {{guild}}, #{{channel}}, on {{date}}, with {{user}}: {{name}}';
    const values = { name: 'Familiar', guild: 'Home', channel: 'tea', date: '2026-11-21', user: 'Alice' };
    expect(fillIn(text, values)).toBe('Familiar in Home, #tea, on 2026-11-21, with Alice: Familiar');
    expect([...variablesIn(text)].sort()).toEqual(['channel', 'date', 'guild', 'name', 'user']);
  });

  it('is nothing else in braces, and is never read again', () => {
    const text = '{{user}} {{ user }} {{secret}} {{constructor}} ${user} {user}';
    expect(fillIn(text, { user: '{{name}} $& $1 {{user}}', name: 'no' })).toBe(
      '{{name}} $& $1 {{user}} {{ user }} {{secret}} {{constructor}} ${user} {user}',
    );
  });

  it('makes no prompt longer than one may be, nor half a character', () => {
    const filled = fillIn('{{guild}}'.repeat(2000), { guild: '🦊'.repeat(50) });
    expect(filled.length).toBeLessThanOrEqual(promptCharacters);
    expect(fillIn(`x${'{{guild}}'.repeat(2000)}`, { guild: '🦊'.repeat(50) }).isWellFormed()).toBe(true);
    expect(filled.isWellFormed()).toBe(true);
  });
});
