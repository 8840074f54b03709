import { describe, expect, it } from 'vitest';
import { initialState } from '../state/client-state.ts';
import { reduce } from '../state/reduce.ts';
import { decodeContent, encodeContent } from './content.ts';

const guildId = '200';
const user = (id: string, username: string) => ({ id, username, global_name: null, avatar: null, discriminator: '0' });
const state = reduce(initialState({}), {
  type: 'dispatch',
  event: 'GUILD_CREATE',
  atMs: 0,
  data: {
    id: guildId,
    name: 'Playground',
    owner_id: '1',
    roles: [
      { id: guildId, name: '@everyone', permissions: '0', position: 0 },
      { id: '201', name: 'Moderator', permissions: '0', position: 1 },
    ],
    emojis: [{ id: '900', name: 'party_cat', animated: true }],
    channels: [
      { id: '300', type: 0, name: 'bot', position: 0 },
      { id: '301', type: 0, name: 'bot-chat', position: 1 },
    ],
    members: [
      { user: user('1', 'al'), roles: [] },
      { user: user('2', 'alice'), roles: [], nick: 'Alice B' },
    ],
  },
});

describe('what is typed becomes what is sent', () => {
  it.each([
    ['hi @alice!', 'hi <@2>!'],
    ['@Alice B and @al', '<@2> and <@1>'],
    ['@Moderator see #bot-chat', '<@&201> see <#301>'],
    ['#bot, please', '<#300>, please'],
    ['@nobody stays, so does a@alice.example', '@nobody stays, so does a@alice.example'],
    ['`@alice` and ```\n@alice\n``` and @alice', '`@alice` and ```\n@alice\n``` and <@2>'],
    [':tada: :party_cat: :unknown:', '🎉 <a:party_cat:900> :unknown:'],
    ['<a:party_cat:900> at 10:30:45', '<a:party_cat:900> at 10:30:45'],
    ['@everyone', '@everyone'],
  ])('%j', (typed, sent) => {
    expect(encodeContent(state, guildId, typed)).toBe(sent);
  });

  it('and back again for editing', () => {
    expect(decodeContent(state, guildId, '<@2> <@!1> <@&201> <#301> <@77>')).toBe(
      '@Alice B @al @Moderator #bot-chat <@77>',
    );
  });
});
