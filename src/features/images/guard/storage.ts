import type { DrawTask } from '../work/task.ts';

const million = 1_000_000;

/** How many bytes of their files are kept for the member who asked, by the roles that they asked with; null is no limit. */
export async function storageLimitOf({ context, row, admitted }: DrawTask): Promise<number | null> {
  const { access, spending } = context;
  const userId = row.author_id;
  const roles = await spending.rolesOf(admitted);
  const subject = { userId, roles, administrator: access.administrators.has(userId) };
  const place = { guildId: row.guild_id, channelId: row.channel_id };
  const { value } = await access.figureOf(subject, place, 'imageStorageMb');
  return value === null ? null : value * million;
}
