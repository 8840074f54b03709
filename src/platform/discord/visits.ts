import { sql } from 'kysely';
import type { APIInteraction } from 'discord-api-types/v10';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Db, Postgres } from '../postgres/index.ts';
import { discordCodes } from './errors.ts';
import { discordLimits } from './limits.ts';
import type { LiveMessage } from './port.ts';
import './schema.ts';
import { isVisit, visitIdOf, visitOf } from './visit.ts';

/** The last words are written before the token ends. */
const MARGIN_MS = 60_000;
const LOOK_AGAIN_MS = 200;
/** An interaction that has no answer by then never gets one. */
const MOST_LOOKS = 40;

interface VisitsOptions {
  postgres: Postgres;
  clock: Clock;
  logger: Logger;
}

/** What it takes to write in a visit. */
export interface OpenVisit {
  id: string;
  applicationId: string;
  token: string;
  expiresAtMs: number;
}

/** Uses of the bot where it is no member, known to every process while their tokens last. */
export class Visits {
  readonly #options: VisitsOptions;
  readonly #known = new Map<string, OpenVisit>();
  readonly #answered = new Set<string>();

  constructor(options: VisitsOptions) {
    this.#options = options;
  }

  /** Makes the visit that an interaction begins known to every process; does nothing for other interactions. */
  async open(interaction: APIInteraction): Promise<void> {
    const visit = visitOf(interaction);
    if (visit === undefined || visitIdOf(visit.channelId) !== interaction.id) return;
    const { postgres, clock } = this.#options;
    const nowMs = clock.now();
    const expiresAtMs = nowMs + discordLimits.interactionTokenMs - MARGIN_MS;
    const open = {
      id: interaction.id,
      applicationId: interaction.application_id,
      token: interaction.token,
      expiresAtMs,
    };
    // Servers that are not quite Discord leave it out.
    const { attachment_size_limit: fileSizeBytes = null } = interaction as { attachment_size_limit?: number };
    const row = {
      ...{ id: open.id, application_id: open.applicationId, token: open.token },
      ...{ expires_at_ms: expiresAtMs, file_size_bytes: fileSizeBytes },
    };
    await postgres.db.deleteFrom('discord_visit').where('expires_at_ms', '<', nowMs).execute();
    await postgres.db
      .insertInto('discord_visit')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    for (const known of this.#known.values()) if (known.expiresAtMs < nowMs) this.#forget(known.id);
    this.#known.set(open.id, open);
  }

  /** Lets follow the messages that wait for the first answer. */
  async answered(channelId: string): Promise<void> {
    const id = visitIdOf(channelId);
    if (this.#answered.has(id)) return;
    this.#answered.add(id);
    const { postgres } = this.#options;
    await postgres.db.updateTable('discord_visit').set({ answered: true }).where('id', '=', id).execute();
  }

  /** Undefined when its time is over. */
  async find(channelId: string): Promise<OpenVisit | undefined> {
    const { postgres, clock } = this.#options;
    const id = visitIdOf(channelId);
    const open = this.#known.get(id) ?? (await this.#read(id));
    if (open === undefined) return undefined;
    this.#known.set(id, open);
    if (open.expiresAtMs > clock.now()) return open;
    this.#forget(id);
    await postgres.db.deleteFrom('discord_visit').where('id', '=', id).execute();
    return undefined;
  }

  /** Rejects with `discord/visit-over` when its time is over. Resolves when the interaction has its first answer. */
  async forWriting(channelId: string): Promise<OpenVisit> {
    const { clock } = this.#options;
    for (let looks = 0; ; looks += 1) {
      const open = await this.find(channelId);
      if (open === undefined) throw visitOver();
      if (looks >= MOST_LOOKS || (await this.#isAnswered(open.id))) return open;
      await clock.sleep(LOOK_AGAIN_MS);
    }
  }

  /** The message that was sent under this name. */
  async sent({ id }: OpenVisit, key: string): Promise<string | undefined> {
    const { postgres } = this.#options;
    const row = await postgres.db.selectFrom('discord_visit').select('sent').where('id', '=', id).executeTakeFirst();
    return row?.sent[key];
  }

  async remember({ id }: OpenVisit, key: string, messageId: string): Promise<void> {
    const { postgres } = this.#options;
    const entry = JSON.stringify({ [key]: messageId });
    await postgres.db
      .updateTable('discord_visit')
      .set({ sent: sql`sent || ${entry}::jsonb` })
      .where('id', '=', id)
      .execute();
  }

  /** Calls `onDeadline` when the time of the live message's visit is nearly over, unless that has ended before. */
  watch(channelId: string, live: LiveMessage, onDeadline: () => void): LiveMessage {
    const { clock, logger } = this.#options;
    let timer: Timer | undefined;
    let ended = false;
    const begin = async () => {
      const open = await this.find(channelId);
      if (open && !ended) timer = clock.after(Math.max(0, open.expiresAtMs - MARGIN_MS - clock.now()), onDeadline);
    };
    begin().catch((error: unknown) => logger.debug({ error }, 'When a visit ends could not be read.'));
    const end = () => {
      ended = true;
      timer?.cancel();
    };
    return {
      get refused() {
        return live.refused;
      },
      get seen() {
        return live.seen;
      },
      update: (text, options) => live.update(text, options),
      finish: (final) => {
        end();
        return live.finish(final);
      },
      abandon: () => {
        end();
        return live.abandon();
      },
    };
  }

  async #isAnswered(id: string): Promise<boolean> {
    if (this.#answered.has(id)) return true;
    const { postgres } = this.#options;
    const row = await postgres.db
      .selectFrom('discord_visit')
      .select('answered')
      .where('id', '=', id)
      .executeTakeFirst();
    if (row?.answered !== true) return false;
    this.#answered.add(id);
    return true;
  }

  async #read(id: string): Promise<OpenVisit | undefined> {
    const { postgres } = this.#options;
    const row = await postgres.db.selectFrom('discord_visit').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) return undefined;
    return { id, applicationId: row.application_id, token: row.token, expiresAtMs: row.expires_at_ms };
  }

  #forget(id: string): void {
    this.#known.delete(id);
    this.#answered.delete(id);
  }
}

/** What Discord takes of a file in a visit, in bytes; undefined where that is not known. */
export async function visitFileSize(db: Db, channelId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('discord_visit')
    .select('file_size_bytes')
    .where('id', '=', visitIdOf(channelId))
    .executeTakeFirst();
  return row?.file_size_bytes ?? undefined;
}

export const visitOver = (): VendorError =>
  new VendorError(discordCodes.visitOver, 'the bot is no member there, and the 15 minutes of its visit are over', {
    retryable: false,
  });

/** Rejects what only a member can do. */
export function checkMember(channelId: string): void {
  if (!isVisit(channelId)) return;
  throw new VendorError(discordCodes.notMember, 'the bot is no member there and can only answer', { retryable: false });
}
