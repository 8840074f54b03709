import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { systemClock } from '../kernel/clock.ts';
import { readInteger } from '../kernel/decimal.ts';
import { StartError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import { loadConfig, readEnvironment } from '../platform/config/index.ts';
import type { Config } from '../platform/config/index.ts';
import { attachPostgres } from '../platform/postgres/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { createVault, loadInstanceKey } from '../platform/secrets/index.ts';
import type { Vault } from '../platform/secrets/index.ts';
import { createAudit } from '../services/audit/index.ts';
import type { Audit, AuditQuery, RecordedEntry } from '../services/audit/index.ts';
import { loadAppTexts } from './app-texts.ts';
import { readNames } from './audit-names.ts';
import type { AuditNames } from './audit-names.ts';
import { auditSentence, minuteOf } from './audit-sentence.ts';
import { readCommandLine } from './command-line.ts';

const help = `Usage: familiar audit [options]

Shows administrative acts and refusals, newest last, with times in UTC. Works while the bot runs, too.

  --since TIME      from then on: 7d (or m, h, w: so long ago), 2026-11-01 or 2026-11-01T12:30
  --until TIME      before then
  --actor ID        who acted or was refused: a user's id, "command line" or "familiar"
  --action NAME     grant, set-price, refused…
  --target ID       whom or what it concerns
  --guild ID        in this server
  --done            acts alone
  --refused         refusals alone
  --limit N         the newest N (100 unless given)
  --json            one JSON object a line
  -h, --help        show this

Refusals that repeat within a minute are counted in one further line, which comes at its end. Names are those that
people, servers and channels had last; who was deleted shows as a number.

Example: npm run familiar audit -- --since 7d --refused
`;

const DEFAULT_LIMIT = 100;
/** What the audit gives at once. */
const PAGE = 1_000;

const options = {
  since: { type: 'string' },
  until: { type: 'string' },
  actor: { type: 'string' },
  action: { type: 'string' },
  target: { type: 'string' },
  guild: { type: 'string' },
  done: { type: 'boolean' },
  refused: { type: 'boolean' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
} as const;

interface AuditRequest {
  query: AuditQuery;
  limit: number;
  json: boolean;
}

/** Prints what the options ask for; the exit code is 0 also when nothing is found. */
export async function runAudit(args: readonly string[]): Promise<void> {
  const request = readAuditRequest(args, systemClock.now());
  if (request === 'help') {
    process.stdout.write(help);
    return;
  }
  const { entries, line } = await readEntries(request);
  print(entries, request, line);
}

interface Found {
  entries: RecordedEntry[];
  /** An entry as it is printed. */
  line: (entry: RecordedEntry) => string;
}

async function readEntries(request: AuditRequest): Promise<Found> {
  const config = loadConfig({ env: readEnvironment(), folder: process.cwd() });
  const { databaseUrl, dataDir } = config;
  const postgres = await attachPostgres({ url: databaseUrl, dataDir, logger: silentLogger });
  if (!postgres) {
    throw new StartError(
      `There is no database in ${dataDir} yet. Run this where the bot runs and with its settings, after its first start.`,
    );
  }
  try {
    const table = sql<{ exists: boolean }>`SELECT to_regclass('audit_entry') IS NOT NULL AS exists`;
    const { rows } = await table.execute(postgres.db);
    if (rows[0]?.exists !== true) {
      throw new StartError('This database has no audit yet. Start this version of the bot once, which adds it.');
    }
    const vault = request.json ? undefined : await openVault(config);
    const audit = createAudit({ postgres, clock: systemClock, logger: silentLogger, ...(vault && { vault }) });
    const entries = await newest(audit, request);
    if (request.json) return { entries, line: auditJson };
    const texts = loadAppTexts(config.instance.language);
    const names = await readNames(postgres, audit, entries.slice(-request.limit), texts.in(undefined));
    return { entries, line: (entry) => auditLine(entry, names, texts) };
  } finally {
    await postgres.close();
  }
}

/** Undefined where there is no key: none is made, since names can be read with the bot's own alone. */
async function openVault({ dataDir, instanceKey }: Config): Promise<Vault | undefined> {
  if (instanceKey === undefined && !existsSync(join(dataDir, 'instance.key'))) return undefined;
  return createVault({ instanceKey: await loadInstanceKey({ dataDir, fromEnvironment: instanceKey }) });
}

/** Throws a StartError that says what is wrong with the options. */
export function readAuditRequest(args: readonly string[], nowMs: number): AuditRequest | 'help' {
  const given = readCommandLine('audit', args, options);
  if (given === 'help') return 'help';
  const { values } = given;
  if (values.done && values.refused) throw new StartError('Of --done and --refused only one can be given.');
  const limit = values.limit === undefined ? DEFAULT_LIMIT : readInteger(values.limit);
  if (limit === undefined || limit < 1) {
    throw new StartError(`--limit must be a whole number from 1, not "${values.limit}".`);
  }
  const query: AuditQuery = {
    ...(values.since !== undefined && { sinceMs: readTime('--since', values.since, nowMs) }),
    ...(values.until !== undefined && { untilMs: readTime('--until', values.until, nowMs) }),
    ...(values.actor !== undefined && { actorId: values.actor }),
    ...(values.action !== undefined && { action: values.action }),
    ...(values.target !== undefined && { targetId: values.target }),
    ...(values.guild !== undefined && { guildId: values.guild }),
    ...(values.done && { outcome: 'done' }),
    ...(values.refused && { outcome: 'refused' }),
  };
  return { query, limit, json: values.json ?? false };
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function readTime(option: string, text: string, nowMs: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs !== undefined) return nowMs - Number(count) * unitMs;
  const [, day = '', time = '00:00'] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)Z?)?$/.exec(text) ?? [];
  const atMs = Date.parse(`${day}T${time}Z`);
  // A day that the month has not would silently be one of the next.
  if (!Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day)) return atMs;
  throw new StartError(`${option} must look like 7d, 2026-11-01 or 2026-11-01T12:30 (UTC), not "${text}".`);
}

/** Newest last; one more than the limit when there are more. */
async function newest(audit: Audit, { query, limit }: AuditRequest): Promise<RecordedEntry[]> {
  const entries: RecordedEntry[] = [];
  for (let wanted = limit + 1; wanted > 0;) {
    const oldest = entries.at(-1);
    const page = await audit.find({ ...query, limit: Math.min(wanted, PAGE), ...(oldest && { beforeId: oldest.id }) });
    entries.push(...page);
    wanted = page.length < PAGE ? 0 : wanted - page.length;
  }
  return entries.reverse();
}

function print(found: readonly RecordedEntry[], { limit, json }: AuditRequest, line: Found['line']): void {
  const entries = found.slice(-limit);
  process.stdout.write(entries.map((entry) => `${line(entry)}\n`).join(''));
  if (json) return;
  if (found.length === 0) process.stderr.write('Nothing was found.\n');
  if (found.length > limit)
    process.stderr.write(`There are older ones than these ${limit}: ask for more by --limit.\n`);
}

function auditJson({ atMs, ...entry }: RecordedEntry): string {
  return JSON.stringify({ at: new Date(atMs).toISOString(), ...entry });
}

/** `2026-11-30 14:03 Alice set the monthly budget of #general from $5 to $2.`, with times in UTC. */
export function auditLine(entry: RecordedEntry, names: AuditNames, texts: Texts): string {
  const telling = { entry, names, t: texts.in(undefined), has: (key: string) => texts.has(key) };
  return visible(`${minuteOf(entry.atMs)} ${auditSentence(telling)}`);
}

/** Reasons are typed by people: line ends and what steers a terminal or turns the direction of text are shown, not obeyed. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
