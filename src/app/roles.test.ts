import { describe, expect, it } from 'vitest';
import { startTestBot } from '../testing/bot.ts';
import { readRoles, rolesName } from './roles.ts';

describe('reading the roles of a process', () => {
  it('is all of them without names', () => {
    expect(readRoles([], undefined)).toEqual({
      gateway: true,
      queues: ['text', 'images'],
      everyQueue: true,
      api: true,
    });
    expect(readRoles([], 'images').queues).toEqual(['images']);
  });
  it('is what is named', () => {
    expect(readRoles(['gateway'], undefined)).toEqual({ gateway: true, queues: [], api: false });
    expect(readRoles(['worker', 'api'], 'text')).toEqual({ gateway: false, queues: ['text'], api: true });
    expect(readRoles(['worker'], 'text,notes/mirror').queues).toEqual(['text', 'notes/mirror']);
  });
  it.each([
    [['gatway'], undefined, /no role "gatway". Roles: gateway, worker, api/],
    [['worker'], 'music', /no queue "music". Queues: text, images/],
    [['api'], 'text', /--queues goes with the role worker/],
  ])('refuses %j with queues %j', (names, queues, message) => {
    expect(() => readRoles(names, queues)).toThrow(message);
  });
  it('names the same roles the same', () => {
    expect(rolesName(readRoles([], undefined))).toBe('gateway,text+images,api');
    expect(rolesName(readRoles(['worker'], 'images'))).toBe('images');
  });
});

describe('roles in processes of their own', () => {
  it('work together through the database', async () => {
    const bot = await startTestBot({ roles: readRoles(['gateway'], undefined) });
    const worker = await bot.another(readRoles(['worker'], undefined));
    try {
      bot.providers.answer('apart', { text: 'And yet together.' });
      await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> are you apart?`);
      await bot.alice.sees('And yet together.');
      await worker.idle();
    } finally {
      await worker.stop();
      await bot.close();
    }
  });

  it('hand an unfinished answer to the next worker when one is stopped', async () => {
    const bot = await startTestBot({ roles: readRoles(['gateway'], undefined) });
    const first = await bot.another(readRoles(['worker'], 'text'));
    try {
      bot.providers.answer('slowly', { chunks: ['Begun', ' and never ended'], hold: 1 });
      bot.providers.answer('slowly', { text: 'Begun and ended.' });
      await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> slowly`);
      const begun = await bot.alice.sees('Begun');
      await first.stop();
      const second = await bot.another(readRoles(['worker'], undefined));
      const ended = await bot.alice.sees('Begun and ended.');
      expect(ended.id).toBe(begun.id);
      await second.idle();
      await second.stop();
    } finally {
      await bot.close();
    }
  });
});
