import { expect, it } from 'vitest';
import { chainAround } from './chain.ts';

const link = (id: string, before?: string) => ({ id, before });
const idsAround = (messages: ReturnType<typeof link>[], targetId: string) =>
  chainAround(messages, targetId).map(({ id }) => id);

it('holds ancestors, their other replies and descendants, oldest first', () => {
  const messages = [
    link('10', '9'),
    link('9', '2'),
    link('2', '1'),
    link('1'),
    link('4', '1'),
    link('5'),
    link('6', '5'),
  ];
  for (const target of ['1', '2', '4', '9', '10'])
    expect(idsAround(messages, target)).toEqual(['1', '2', '4', '9', '10']);
  expect(idsAround(messages, '6')).toEqual(['5', '6']);
});

it('ends where a message is missing, and at one that is not there', () => {
  expect(idsAround([link('3', '2'), link('2', '1'), link('4', '3')], '3')).toEqual(['2', '3', '4']);
  expect(idsAround([link('3')], '9')).toEqual([]);
});

it('ends with links that lead in a circle', () => {
  expect(idsAround([link('1', '2'), link('2', '1')], '1')).toEqual(['1', '2']);
});
