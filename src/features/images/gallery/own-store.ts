import { sql } from 'kysely';
import type { Db } from '../../../sdk/index.ts';
import type { RequestRow, ResultRow } from '../store.ts';

export type OwnImage = Pick<
  ResultRow,
  'id' | 'position' | 'file_id' | 'content_type' | 'width' | 'height' | 'size_bytes' | 'seed' | 'favourite_at'
> &
  Pick<RequestRow, 'author_id' | 'ciphertext' | 'model_id' | 'asked_at'> & { request_id: string };

/** More than a member loads at once. */
const mostImages = 5000;

/** The kept images of a person: favourites first, then the newest. */
export function findOwn(db: Db, userId: string): Promise<OwnImage[]> {
  return db
    .selectFrom('images_result')
    .innerJoin('images_request', 'images_request.id', 'images_result.request_id')
    .select(['images_result.id', 'position', 'file_id', 'content_type', 'width', 'height', 'size_bytes', 'seed'])
    .select(['favourite_at', 'request_id', 'author_id', 'ciphertext', 'model_id', 'asked_at'])
    .where('author_id', '=', userId)
    .where('file_id', 'is not', null)
    .orderBy(sql`favourite_at IS NULL`)
    .orderBy('asked_at', 'desc')
    .orderBy('request_id')
    .orderBy('position')
    .limit(mostImages)
    .execute();
}
