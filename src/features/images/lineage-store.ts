import { sql } from 'kysely';
import type { Db } from '../../sdk/index.ts';

/** A result that an attachment shows, with what it was made of. */
export interface AttachedResult {
  id: string;
  attachment_id: string;
  request_id: string;
  mode: string;
  size_bytes: number;
  parents: { id: string; width: number; height: number }[];
}

export async function attachedResults(db: Db, attachmentIds: readonly string[]): Promise<AttachedResult[]> {
  if (attachmentIds.length === 0) return [];
  const { rows } = await sql<AttachedResult>`
    SELECT result.id, result.attachment_id, result.request_id, request.mode, result.size_bytes,
      coalesce(jsonb_agg(jsonb_build_object('id', parent.id, 'width', parent.width, 'height', parent.height))
        FILTER (WHERE parent.id IS NOT NULL), '[]') AS parents
    FROM images_result result
    JOIN images_request request ON request.id = result.request_id
    LEFT JOIN images_parent link ON link.request_id = request.id
    LEFT JOIN images_result parent ON parent.id = link.parent_id
    WHERE result.attachment_id = ANY (${[...attachmentIds]}::text[])
    GROUP BY result.id, request.mode`.execute(db);
  return rows;
}

/** By the message that shows what a button or command made: the one of this channel that shows what it was made of. */
export async function messagesShownBefore(
  db: Db,
  channelId: string,
  messageIds: readonly string[],
): Promise<Map<string, string>> {
  if (messageIds.length === 0) return new Map();
  const { rows } = await sql<{ message_id: string; before_id: string }>`
    SELECT made.shown_message_id AS message_id, min(before.shown_message_id) AS before_id
    FROM images_request made
    JOIN images_parent link ON link.request_id = made.id
    JOIN images_result parent ON parent.id = link.parent_id
    JOIN images_request before ON before.id = parent.request_id
    WHERE made.shown_message_id = ANY (${[...messageIds]}::text[]) AND made.message_id IS NULL
      AND made.shown_channel_id = ${channelId} AND before.shown_channel_id = ${channelId}
      AND before.shown_message_id <> made.shown_message_id
    GROUP BY made.shown_message_id`.execute(db);
  return new Map(rows.map((row) => [row.message_id, row.before_id]));
}
