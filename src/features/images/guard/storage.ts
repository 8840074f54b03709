import type { Needs } from '../settings.ts';
import { paidAs } from '../request.ts';
import type { RequestRow } from '../store.ts';

const million = 1_000_000;

/** How many bytes of their files are kept for the member who asked, by the roles that they asked with; null is no limit. */
export async function storageLimitOf(
  { access, spending }: Needs<'access' | 'spending'>,
  row: Pick<RequestRow, 'id' | 'author_id' | 'guild_id' | 'channel_id'>,
): Promise<number | null> {
  const userId = row.author_id;
  const roles = await spending.rolesOf(paidAs(row.id));
  const subject = { userId, roles, administrator: access.administrators.has(userId) };
  const place = { guildId: row.guild_id, channelId: row.channel_id };
  const { value } = await access.figureOf(subject, place, 'imageStorageMb');
  return value === null ? null : value * million;
}
