const loopbackNames: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * The address as this page must ask for it. The emulator names itself by one loopback name; a page opened under another
 * (or through a forwarded port) would be refused as a stranger, so loopback addresses get the page's own host.
 */
export function toPageAddress(address: string, pageOrigin: string): string {
  let url: URL;
  try {
    url = new URL(address, pageOrigin);
  } catch {
    return address;
  }
  const page = new URL(pageOrigin);
  if (!loopbackNames.includes(url.hostname) || !/^\/(cdn|gateway|api)(\/|$)/.test(url.pathname)) return address;
  url.hostname = page.hostname;
  url.port = page.port;
  return url.toString();
}

/** Where the emulator keeps a custom emoji's picture. */
export function emojiAddress(id: string, animated: boolean): string {
  return `/cdn/emojis/${id}.${animated ? 'gif' : 'png'}`;
}

/** Where the emulator keeps a sticker's picture: formats are 1 PNG, 2 animated PNG, 3 Lottie (a PNG is there too), 4 GIF. */
export function stickerAddress(id: string, formatType: number): string {
  return `/cdn/stickers/${id}.${formatType === 4 ? 'gif' : 'png'}`;
}

/** Where the emulator keeps the picture that a member shows in one guild alone. */
export function memberAvatarAddress(guildId: string, userId: string, hash: string): string {
  return `/cdn/guilds/${guildId}/users/${userId}/avatars/${hash}.png`;
}

/** Where the emulator keeps the picture above a profile; a guild's own when `guildId` is given. */
export function bannerAddress(userId: string, hash: string, guildId: string | null): string {
  return guildId === null
    ? `/cdn/banners/${userId}/${hash}.png`
    : `/cdn/guilds/${guildId}/users/${userId}/banners/${hash}.png`;
}

/** Where the emulator keeps a user's avatar. */
export function avatarAddress(userId: string, hash: string): string {
  return `/cdn/avatars/${userId}/${hash}.png`;
}
