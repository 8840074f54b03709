/**
 * The example of a whole feature, outside the bot's own folder: an oracle. It answers under its own name when called,
 * foretells with a tool that asks first, has a saying of the day, and serves its prophecies.
 *
 * Invariants: a prophecy is stored once per tool call, whatever crashes.
 */
import { z } from 'zod';
import { defineFeature, defineRoute, defineTool } from '../../sdk/index.ts';
import type { ContextOf } from '../../sdk/index.ts';

const settings = z.strictObject({
  /** The word that calls it, at the start of a message. */
  summon: z.string().min(1).default('oracle'),
  /** How often it finds a new saying. */
  sayingEveryMs: z.int().min(1000).default(3_600_000),
});
type OracleContext = ContextOf<typeof settings>;

declare module '../../platform/postgres/database.ts' {
  interface Database {
    oracle_saying: { id: number; saying: string };
    oracle_prophecy: { turn_id: string; guild_id: string | null; words: string };
  }
}

const sayings = ['Still waters run deep.', 'A rolling stone gathers no moss.'];

async function findSaying({ db, random }: OracleContext): Promise<void> {
  const saying = sayings[Math.floor(random.next() * sayings.length)] ?? '';
  await db
    .insertInto('oracle_saying')
    .values({ id: 1, saying })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ saying }))
    .execute();
}

async function sayingOf({ db }: OracleContext): Promise<string> {
  const row = await db.selectFrom('oracle_saying').select('saying').executeTakeFirst();
  return row?.saying ?? '';
}

const foretell = (context: OracleContext) =>
  defineTool({
    name: 'foretell',
    description: 'Writes a prophecy into the book of prophecies.',
    access: 'everyone',
    input: z.strictObject({ words: z.string().min(1).max(200) }),
    confirm: ({ words }) => context.texts.in(undefined)('confirm', { words }),
    run: async ({ words }, { turn }) => {
      await context.db
        .insertInto('oracle_prophecy')
        .values({ turn_id: turn.id, guild_id: turn.place.guildId, words })
        .execute();
      const scroll = { name: 'prophecy.txt', bytes: Buffer.from(words), description: 'The prophecy.' };
      const receipt = context.texts.in(undefined)('receipt', { words });
      return { content: 'It is written.', files: [scroll], receipt };
    },
  });

export const feature = defineFeature({
  name: 'oracle',
  summary: 'An oracle that answers when it is called.',
  intents: [],
  settings,
  setup: async (context) => {
    const { summon, sayingEveryMs } = context.settings.instance;
    await findSaying(context);
    const isCalled = (text: string) => text.toLowerCase().startsWith(summon);
    return {
      speakers: [
        ({ text }) =>
          isCalled(text)
            ? { name: 'The Oracle', avatarUrl: 'https://example.org/oracle.png', prompt: 'You are an oracle.' }
            : undefined,
      ],
      tools: [foretell(context)],
      answerSteps: [
        {
          name: 'encrypt',
          at: 'after-shown',
          applies: ({ text }) => text.includes('under encrypt'),
          run: ({ id }) =>
            Promise.resolve({ files: [{ name: 'encrypt.txt', bytes: Buffer.from(`The encrypt of ${id}.`) }] }),
        },
      ],
      promptSources: [
        {
          name: 'saying',
          place: 'system',
          keep: 'always',
          collect: async () => [{ content: `Your saying of the day: ${await sayingOf(context)}` }],
        },
      ],
      schedules: [{ name: 'saying', everyMs: sayingEveryMs, run: () => findSaying(context) }],
      routes: [
        defineRoute({
          method: 'GET',
          path: '/prophecies',
          summary: 'Everything that was foretold.',
          scope: 'oracle:read',
          response: z.object({ prophecies: z.array(z.string()) }),
          run: async () => {
            const rows = await context.db.selectFrom('oracle_prophecy').select('words').orderBy('words').execute();
            return { prophecies: rows.map(({ words }) => words) };
          },
        }),
      ],
    };
  },
});
