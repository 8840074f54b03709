import type { Db } from '../../../sdk/index.ts';
import type { Placed } from './sight.ts';

/** An image that is kept, with where it is shown. */
export interface Candidate extends Placed {
  id: string;
  request_id: string;
  ciphertext: Buffer;
  /** What it was flagged for, where it is hidden for that. */
  hidden_for: string[];
}

export interface Wanted {
  viewerId: string;
  guildId: string | null;
  userId?: string | undefined;
  mode?: string | undefined;
  model?: string | undefined;
  favourites?: boolean;
}

/** What else is older than the newest so many is not looked at. */
const mostLookedAt = 2000;

/** Kept images of a person, and of a server, newest first. Who may see which is not decided here. */
export function findCandidates(db: Db, wanted: Wanted): Promise<Candidate[]> {
  const { viewerId, guildId, userId, mode, model, favourites = false } = wanted;
  return candidates(db)
    .where((of) =>
      guildId === null
        ? of('author_id', '=', viewerId)
        : of.or([of('author_id', '=', viewerId), of('guild_id', '=', guildId)]),
    )
    .$if(userId !== undefined, (query) => query.where('author_id', '=', userId ?? ''))
    .$if(mode !== undefined, (query) => query.where('mode', '=', mode ?? ''))
    .$if(model !== undefined, (query) => query.where('model_id', '=', model ?? ''))
    .$if(favourites, (query) => query.where('favourite_at', 'is not', null))
    .orderBy('asked_at', 'desc')
    .orderBy('request_id')
    .orderBy('position')
    .limit(mostLookedAt)
    .execute();
}

export function candidatesById(db: Db, ids: readonly string[]): Promise<Candidate[]> {
  return ids.length === 0
    ? Promise.resolve([])
    : candidates(db)
        .where('images_result.id', 'in', [...ids])
        .execute();
}

/** The kept images of everything that a message shows. */
export function imagesShownOn(
  db: Db,
  { channelId, messageId }: { channelId: string; messageId: string },
): Promise<Candidate[]> {
  return candidates(db)
    .where('shown_channel_id', '=', channelId)
    .where('shown_message_id', '=', messageId)
    .orderBy('asked_at')
    .orderBy('position')
    .execute();
}

const candidates = (db: Db) =>
  db
    .selectFrom('images_result')
    .innerJoin('images_request', 'images_request.id', 'images_result.request_id')
    .select(['images_result.id', 'request_id', 'ciphertext', 'author_id', 'guild_id', 'channel_id'])
    .select(['shown_channel_id', 'shown_message_id', 'hidden_for'])
    .where('state', '=', 'done')
    .where('file_id', 'is not', null);

/** Images that these were made of, as pairs. */
export function parentLinks(db: Db, childIds: readonly string[]): Promise<Link[]> {
  if (childIds.length === 0) return Promise.resolve([]);
  return links(db)
    .where('images_result.id', 'in', [...childIds])
    .execute();
}

/** Images that were made of these. */
export function childLinks(db: Db, parentIds: readonly string[]): Promise<Link[]> {
  if (parentIds.length === 0) return Promise.resolve([]);
  return links(db)
    .where('parent_id', 'in', [...parentIds])
    .execute();
}

export interface Link {
  childId: string;
  parentId: string;
}

/** More than one family has; the rest is left out. */
const mostLinks = 400;

const links = (db: Db) =>
  db
    .selectFrom('images_parent')
    .innerJoin('images_result', 'images_result.request_id', 'images_parent.request_id')
    .select(['images_result.id as childId', 'images_parent.parent_id as parentId'])
    .orderBy('images_parent.parent_id')
    .orderBy('images_result.position')
    .limit(mostLinks);

/** Nobody but the asker sees it any more: its message was deleted. */
export async function noteMessagesGone(db: Db, messageIds: readonly string[]): Promise<void> {
  await db
    .updateTable('images_request')
    .set({ shown_message_id: null })
    .where('shown_message_id', 'in', [...messageIds])
    // One that is still drawn looks for its message itself.
    .where('ended_at', 'is not', null)
    .execute();
}

const mostModels = 200;

/** The models that drew for a person, or in a server. */
export async function modelsSeen(
  db: Db,
  { userId, guildId }: { userId: string; guildId: string | null },
): Promise<string[]> {
  const rows = await db
    .selectFrom('images_request')
    .select('model_id')
    .distinct()
    .where('deleted_at', 'is', null)
    .where((of) => of.or([of('author_id', '=', userId), of('guild_id', '=', guildId ?? '')]))
    .orderBy('model_id')
    .limit(mostModels)
    .execute();
  return rows.map(({ model_id: id }) => id);
}
