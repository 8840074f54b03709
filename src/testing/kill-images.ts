import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sql } from 'kysely';
import type { Checkpoint } from '../kernel/checkpoints.ts';
import { systemClock } from '../kernel/clock.ts';
import { systemIds, uuidFromName } from '../kernel/ids.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { createLedger } from '../services/ledger/index.ts';
import type { Hold, Ledger } from '../services/ledger/index.ts';
import { untilKilled, untilNothingIsDue } from './kill-rounds.ts';
import type { Crash, KillStage } from './kill-stage.ts';
import { read, say } from './people.ts';
import type { SeenMessage } from './people.ts';
import type { Program } from './processes.ts';

/** The checkpoints that a drawing passes, in order. */
export const imageCheckpoints = [
  'admitted',
  'begun',
  'held',
  'written',
  'stored',
  'charged',
  'shown',
  'finished',
] as const satisfies readonly Checkpoint[];

/** People who ask before the crash. */
const ASKING = 3;
const PRICE_MICROS = 20_000;
/** Of each side of a drawn image, in pixels. */
const EDGE = 64;
/** It is long, because a slow machine isn't a failure. */
const NEVER_MS = 90_000;
const LOOK_AGAIN_MS = 50;

/** For `openKillStage`: a priced model that draws small images in every channel. */
export const paintingSettings = (baseUrl: string): Readonly<Record<string, unknown>> => ({
  models: { findOllama: false },
  providers: {
    priced: {
      type: 'openai-compatible',
      baseUrl,
      apiKeys: ['key'],
      models: [{ name: 'painter', abilities: ['draw'] }],
    },
  },
  prices: { images: { models: { 'priced/painter': { default: 0.02 } }, prefixes: { '!': 0.02 } } },
  access: { roles: { member: { imagesPerDay: 100_000 } } },
  features: {
    images: {
      channels: ['general', 'art', 'memes'],
      prefixes: { '!': { model: 'priced/painter', size: `${EDGE}x${EDGE}` } },
    },
  },
});

interface Prompt {
  name: string;
  username: string;
  authorId: string;
  channelId: string;
  messageId: string;
  requestId: string;
}

/** What a round cost, and whom. */
export interface ImageBill {
  images: number;
  /** Images that their askers paid for. */
  charges: number;
  /** Uncharged images: the bot died after storing and before charging them. */
  gifts: number;
  /** Calls cut off by the crash, on the instance's account. */
  lost: number;
}

export const imageCrash = (checkpoint: Checkpoint, chance: number): Crash => ({
  checkpoint,
  time: 1 + Math.floor(chance * ASKING),
});

/**
 * Three people ask for images; the bot ends at the crash, and a fourth asks while it is down. Then it runs until each has
 * seen one image and no job is left. Rejects with what is wrong with messages, money, counters or files.
 */
export async function imageRound(stage: KillStage, name: string, crash: Crash): Promise<ImageBill> {
  const dying = await stage.start(crash);
  const channel = (of: string) => stage.place.channels.get(of) ?? '';
  const prompts = await Promise.all([
    ask(stage, `${name}a`, 'alice', channel('general')),
    ask(stage, `${name}b`, 'milo', channel('art')),
    ask(stage, `${name}c`, 'bob', stage.dmChannelId),
  ]);
  await untilKilled(dying, crash);
  prompts.push(await ask(stage, `${name}d`, 'olivia', channel('memes')));
  const bot = await stage.start(undefined, { wait: false });
  await untilShown(stage, bot, prompts);
  await untilNothingIsDue(stage, bot);
  const bill = await stage.look((postgres) => check(stage, postgres, prompts));
  await bot.kill();
  return bill;
}

async function ask({ place }: KillStage, name: string, username: string, channelId: string): Promise<Prompt> {
  const { id, author } = await say(place, username, channelId, `!picture ${name}`);
  const requestId = uuidFromName(`images/request/${id}`);
  return { name, username, authorId: author.id, channelId, messageId: id, requestId };
}

type Shown = SeenMessage & { attachments: { width?: number; height?: number }[] };

async function answersTo({ place }: KillStage, { username, channelId, messageId }: Prompt): Promise<Shown[]> {
  const messages = (await read(place, username, channelId, messageId)) as Shown[];
  return messages.filter(({ message_reference: reference }) => reference?.message_id === messageId);
}

/** Rejects with what is wrong with the images after the time limit. */
async function untilShown(stage: KillStage, bot: Program, prompts: readonly Prompt[]): Promise<void> {
  for (const deadline = performance.now() + NEVER_MS; ; await systemClock.sleep(LOOK_AGAIN_MS)) {
    const left = (await Promise.all(prompts.map((prompt) => shownAmiss(stage, prompt)))).flat();
    if (left.length === 0) return;
    if (performance.now() > deadline) throw new Error(`${left.join('\n')}\nThe bot said:\n${bot.output()}`);
  }
}

async function shownAmiss(stage: KillStage, prompt: Prompt): Promise<string[]> {
  const answers = await answersTo(stage, prompt);
  const [only] = answers;
  if (answers.length === 1 && only?.attachments.length === 1 && hasCaption(only)) return [];
  const texts = answers.map(
    ({ content, attachments }) =>
      `${attachments.length} files of height ${attachments[0]?.height} with "${content.slice(0, 80)}"`,
  );
  return [`${prompt.name} was answered by ${texts.join(' and ') || 'nothing'}`];
}

/** Whether it is higher than what was drawn, by its strip. */
const hasCaption = ({ attachments: [first] }: Shown): boolean => first?.width === EDGE && (first.height ?? 0) > EDGE;

/** Throws an Error that lists the violations. */
async function check(stage: KillStage, postgres: Postgres, prompts: readonly Prompt[]): Promise<ImageBill> {
  const nowMs = Date.now();
  const clock = { ...systemClock, now: () => nowMs };
  const ledger = createLedger({ postgres, clock, ids: systemIds, logger: silentLogger });
  const holds = await Promise.all(prompts.map(({ requestId }) => ledger.holds(`images/${requestId}`)));
  const amiss = prompts.flatMap((prompt, index) => requestAmiss(stage, prompt, holds[index] ?? []));
  for (const [index, { authorId }] of prompts.entries()) {
    amiss.push(...(await counterAmiss(postgres, ledger, authorId, holds[index] ?? [])));
  }
  amiss.push(...(await filesAmiss(stage, postgres, prompts)));
  for (const { account, unit, stored, folded } of await ledger.verify()) {
    amiss.push(`${account} ${unit} is ${stored}, and its entries say ${folded}`);
  }
  if (amiss.length > 0) throw new Error(`Images are wrong:\n${amiss.join('\n')}`);
  const paid = holds.filter((own) => own.some(isCharge)).length;
  const lost = holds.flat().filter(({ state }) => state === 'lost').length;
  return { images: prompts.length, charges: paid, gifts: prompts.length - paid, lost };
}

const isCharge = ({ state, step }: Hold): boolean => state === 'settled' && step === 'draw';

/** One request: charged once at most, at its price, and nothing of it is held any more. */
function requestAmiss({ providers }: KillStage, { name, authorId }: Prompt, holds: readonly Hold[]): string[] {
  const amiss: string[] = [];
  const charges = holds.filter(isCharge);
  if (charges.length > 1) amiss.push(`${name} was charged ${charges.length} times`);
  for (const { charged, terms } of charges) {
    if (charged.micros !== PRICE_MICROS || charged.images !== 1)
      amiss.push(`${name} cost its asker ${JSON.stringify(charged)}`);
    if (terms.payerId !== authorId) amiss.push(`${name} was paid by another`);
  }
  if (charges.length === 0 && !holds.some(({ state }) => state === 'lost')) amiss.push(`${name} was for nothing`);
  const open = holds.filter(({ state }) => state === 'open');
  if (open.length > 0) amiss.push(`${name} still holds ${open.map(({ key }) => key).join(', ')}`);
  const asked = providers.abilities.requests.filter(({ body }) => body['prompt'] === `picture ${name}`).length;
  if (asked === 0) amiss.push(`no model was asked for ${name}`);
  if (asked > 2) amiss.push(`a model was asked ${asked} times for ${name} in two lives`);
  return amiss;
}

/** The count of the day is that of what was charged. */
async function counterAmiss(
  { db }: Postgres,
  ledger: Ledger,
  userId: string,
  [hold]: readonly Hold[],
): Promise<string[]> {
  const allowances = hold?.terms.allowances.filter(({ unit }) => unit === 'images') ?? [];
  const { rows } = await sql<{ images: number }>`
    SELECT coalesce(sum((charged->>'images')::bigint), 0)::bigint AS images FROM ledger_hold
    WHERE payer_id = ${userId} AND state = 'settled' AND day = (now() AT TIME ZONE 'UTC')::date
  `.execute(db);
  const charged = rows[0]?.images ?? 0;
  const balances = await ledger.balances(userId, allowances);
  return balances
    .filter(({ spent, held }) => spent !== charged || held !== 0)
    .map(
      ({ spent, held }) => `user ${userId} was charged ${charged} images; the counter says ${spent} and ${held} held`,
    );
}

/** One file for each image, without its caption, whose bytes are on the disk; no file without an image. */
async function filesAmiss({ dataDir }: KillStage, { db }: Postgres, prompts: readonly Prompt[]): Promise<string[]> {
  const ids = prompts.map(({ requestId }) => requestId);
  const results = await db
    .selectFrom('images_result')
    .select(['request_id', 'file_id', 'size_bytes', 'height'])
    .where('request_id', 'in', ids)
    .execute();
  const amiss = prompts.flatMap(({ name, requestId }) => {
    const own = results.filter(({ request_id: id }) => id === requestId);
    return own.length === 1 ? [] : [`${name} has ${own.length} images`];
  });
  const all = await db.selectFrom('files_file').select(['id', 'size_bytes']).where('feature', '=', 'images').execute();
  const { count } = await db
    .selectFrom('images_result')
    .select((of) => of.fn.count<string>('file_id').as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) !== all.length) amiss.push(`${all.length} files belong to ${count} images`);
  const onDisk = new Set((await readdir(join(dataDir, 'files'), { recursive: true })).map((path) => basename(path)));
  for (const { file_id: fileId, size_bytes: sizeBytes, height } of results) {
    const file = all.find(({ id }) => id === fileId);
    if (height !== EDGE) amiss.push(`an image of ${EDGE} pixels is kept with a height of ${height}`);
    if (!file) amiss.push(`an image has no file`);
    else if (file.size_bytes !== sizeBytes) amiss.push(`the file ${file.id} has ${file.size_bytes} bytes`);
    else if (!onDisk.has(file.id)) amiss.push(`the bytes of the file ${file.id} are not on the disk`);
  }
  return amiss;
}
