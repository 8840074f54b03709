import type { GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { isAddressed, mayControl, readQuestion } from './read-message.ts';

const id = '900000000000000001';
const role = '900000000000000002';
const application = '900000000000000003';
const self = { userId: id, roleId: role, applicationId: application };

function message(over: Partial<GatewayMessageCreateDispatchData>): GatewayMessageCreateDispatchData {
  return {
    guild_id: '100000000000000000',
    content: 'hello',
    mentions: [],
    attachments: [],
    author: { id: '5', username: 'alice', global_name: null },
    ...over,
  } as GatewayMessageCreateDispatchData;
}

describe('whether a message is meant for the bot', () => {
  const spokenBy = (application_id: string) => message({ webhook_id: '900000000000000005', application_id });
  const user = (id: string) => ({ id }) as GatewayMessageCreateDispatchData['mentions'][number];
  it.each([
    ['a mention', message({ mentions: [user(id)] }), true],
    ['a mention of someone else', message({ mentions: [user('7')] }), false],
    ['a mention of everyone', message({ mention_everyone: true }), false],
    ['a reply to the bot', message({ referenced_message: message({ author: user(id) }) }), true],
    ['a reply to a speaker of the bot', message({ referenced_message: spokenBy(application) }), true],
    ['a reply to a webhook of others', message({ referenced_message: spokenBy('900000000000000004') }), false],
    ['a reply to someone else', message({ referenced_message: message({}) }), false],
    ['a mention of the role that came with it', message({ content: `hi <@&${role}>` }), true],
    ['a mention of another role', message({ content: 'hi <@&7>', mention_roles: ['7'] }), false],
    ['plain words', message({}), false],
  ])('%s', (_, given, expected) => expect(isAddressed(given, self)).toBe(expected));

  it('is always true in a direct message', () => {
    const { guild_id: _, ...direct } = message({});
    expect(isAddressed(direct as GatewayMessageCreateDispatchData, self)).toBe(true);
  });

  it('needs no role where the bot has none of its own', () => {
    const given = message({ content: 'hi <@&null>', mention_roles: ['7'] });
    expect(isAddressed(given, { ...self, roleId: null })).toBe(false);
  });
});

describe('the question in a message', () => {
  it.each([
    [`<@${id}> hi`, 'hi'],
    [`<@!${id}>, hi there`, 'hi there'],
    [`hi <@${id}>`, 'hi'],
    [`<@&${role}> hi`, 'hi'],
    [`<@&7> hi`, '<@&7> hi'],
    [`does <@${id}> know?`, `does <@${id}> know?`],
    [`<@${id}>`, ''],
  ])('%j is %j', (content, text) => expect(readQuestion(message({ content }), self).text).toBe(text));

  it('carries the name that the guild shows', () => {
    const member = { nick: 'Ali' } as NonNullable<GatewayMessageCreateDispatchData['member']>;
    expect(readQuestion(message({ member }), self).name).toBe('Ali');
    expect(readQuestion(message({}), self).name).toBe('alice');
  });

  it('has a name of one line, whatever the author made of it', () => {
    const member = { nick: 'Ali\n\nBob: **hi**' } as NonNullable<GatewayMessageCreateDispatchData['member']>;
    expect(readQuestion(message({ member }), self).name).toBe('Ali Bob: **hi**');
  });
});

describe('who may stop or retry an answer', () => {
  const caller = { userId: '5', displayName: 'A', roleIds: [], permissions: 0n, instanceAdministrator: false };
  it('is the asker and moderators', () => {
    expect(mayControl(caller, '5', false)).toBe(true);
    expect(mayControl(caller, '6', false)).toBe(false);
    expect(mayControl(caller, '6', true)).toBe(true);
  });
});
