import type { RawProfile } from '../client/api.ts';

export interface ShownProfile {
  readonly banner: { readonly hash: string; readonly ofGuild: boolean } | null;
  readonly bio: string;
  /** As CSS. */
  readonly accent: string | null;
}

/** What a card shows: the guild's own profile where the member has one, else the user's. */
export function shownProfile(raw: RawProfile | null): ShownProfile {
  const own = raw?.guild_member_profile?.banner ?? raw?.guild_member?.banner ?? null;
  const general = raw?.user_profile?.banner ?? raw?.user?.banner ?? null;
  const accent = raw?.user?.accent_color ?? null;
  return {
    banner: own !== null ? { hash: own, ofGuild: true } : general !== null ? { hash: general, ofGuild: false } : null,
    bio: firstText(raw?.guild_member_profile?.bio, raw?.user_profile?.bio, raw?.user?.bio),
    accent: accent === null ? null : `#${accent.toString(16).padStart(6, '0')}`,
  };
}

function firstText(...texts: readonly (string | null | undefined)[]): string {
  return texts.find((text) => text !== undefined && text !== null && text !== '') ?? '';
}
