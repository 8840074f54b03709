import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { silentLogger } from '../../src/kernel/logger.ts';
import { openPostgres } from '../../src/platform/postgres/index.ts';
import type { AtEnd } from '../lib/clean-up.ts';
import { startFamiliar, startProgram } from '../../src/testing/processes.ts';
import type { Program } from '../../src/testing/processes.ts';
import { intents } from './world.ts';

/** A client that runs in a process of its own. */
export interface Contestant {
  program: Program;
  /** Once it has stopped: how many messages reached its listener. */
  messagesSeen(): Promise<number>;
}

export const names = ['Familiar', 'discord.js', 'bare socket'] as const;
export type Name = (typeof names)[number];

export function start(name: Name, apiBase: string, atEnd: AtEnd): Promise<Contestant> {
  switch (name) {
    case 'Familiar':
      return startOurs(apiBase, atEnd);
    case 'discord.js':
      return startClient('bench/gateway/clients/discord-js.ts', apiBase, atEnd);
    case 'bare socket':
      return startClient('bench/gateway/clients/bare-socket.ts', apiBase, atEnd);
  }
}

const token = `${Buffer.from('1').toString('base64url')}.bench.token`;

/** The gateway process as it is started on a machine of its own, on a database that has seen nothing. */
async function startOurs(apiBase: string, atEnd: AtEnd): Promise<Contestant> {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-bench-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const config = join(folder, 'bench.yaml');
  await writeFile(config, 'models: { findOllama: false }\n');
  const program = startFamiliar(['start', 'gateway'], {
    DISCORD_TOKEN: token,
    DISCORD_API_BASE: apiBase,
    FAMILIAR_CONFIG: config,
    FAMILIAR_DATA_DIR: dataDir,
    PORT: '0',
  });
  atEnd(() => program.stop());
  return { program, messagesSeen: () => countedMessages(dataDir) };
}

/** What the activity feature has counted. */
async function countedMessages(dataDir: string): Promise<number> {
  const postgres = await openPostgres({ url: undefined, dataDir, logger: silentLogger });
  try {
    const { rows } = await sql<{ messages: number | null }>`SELECT sum(messages) AS messages FROM activity_day`.execute(
      postgres.db,
    );
    return Number(rows[0]?.messages ?? 0);
  } finally {
    await postgres.close();
  }
}

async function startClient(script: string, apiBase: string, atEnd: AtEnd): Promise<Contestant> {
  const program = startProgram([script], {
    DISCORD_TOKEN: token,
    DISCORD_API_BASE: apiBase,
    INTENTS: String(intents),
  });
  atEnd(() => program.stop());
  return { program, messagesSeen: async () => Number(/(\d+) messages/.exec(program.output())?.[1] ?? 0) };
}
