import { describe, expect, it } from 'vitest';
import type { RawProfile } from '../client/api.ts';
import { shownProfile } from './shown-profile.ts';

const user = { banner: 'general', accent_color: 255, bio: 'of the user' };

describe('a profile card', () => {
  it('shows the guild’s own profile first', () => {
    const raw = { user, guild_member_profile: { bio: 'here', banner: 'own' } } as unknown as RawProfile;
    expect(shownProfile(raw)).toEqual({ banner: { hash: 'own', ofGuild: true }, bio: 'here', accent: '#0000ff' });
  });

  it('shows the user’s where the guild has none', () => {
    const raw = { user, guild_member_profile: { bio: '', banner: null } } as unknown as RawProfile;
    expect(shownProfile(raw)).toEqual({
      banner: { hash: 'general', ofGuild: false },
      bio: 'of the user',
      accent: '#0000ff',
    });
    expect(shownProfile({ user_profile: { bio: 'apart', banner: 'b' } })).toMatchObject({ bio: 'apart' });
  });

  it('is plain while nothing is known', () => {
    expect(shownProfile(null)).toEqual({ banner: null, bio: '', accent: null });
  });
});
