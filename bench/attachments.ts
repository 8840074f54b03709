/**
 * What ten questions with four pictures of 8 MB each take of memory: the highest resident size of the bot with the
 * processes that decode, without its database.
 *
 *     node bench/attachments.ts
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmulator } from '../emulator/index.ts';
import { connectPerson } from '../emulator/testing/person.ts';
import { noisePng } from '../src/testing/pictures.ts';
import { freePort, startFamiliar, untilAnswers } from '../src/testing/processes.ts';
import { startFakeProviders } from '../src/testing/providers.ts';

const QUESTIONS = 10;
const SAMPLE_MS = 25;

/** Resident kB of a process and its descendants, but for those of the database. */
async function residentKb(root: number): Promise<number> {
  const processes = new Map<number, { parent: number; kb: number; isDatabase: boolean }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    const value = (key: string) => new RegExp(`^${key}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
    const isDatabase = value('Name').includes('postgres');
    processes.set(Number(name), { parent: Number(value('PPid')), kb: Number(value('VmRSS')), isDatabase });
  }
  const isOurs = (pid: number): boolean => {
    if (pid === root) return true;
    const parent = processes.get(pid)?.parent ?? 0;
    return parent > 1 && isOurs(parent);
  };
  return [...processes]
    .filter(([pid, { isDatabase }]) => !isDatabase && isOurs(pid))
    .reduce((sum, [, { kb }]) => sum + kb, 0);
}

const dataDir = await mkdtemp(join(tmpdir(), 'familiar-attachments-'));
const emulator = await startEmulator({ port: 0, dataDir: null });
emulator.core.limits.enforce = false;
const providers = await startFakeProviders();
providers.answerByDefault({ text: 'Seen.' });
await writeFile(
  join(dataDir, 'familiar.yaml'),
  `models: { default: fake/seeing, findOllama: false }
providers:
  fake:
    type: openai-compatible
    baseUrl: ${providers.openaiBaseUrl}
    apiKeys: [test-key]
    models: [{ name: seeing, contextTokens: 64000, maxOutputTokens: 4000, vision: true }]
access: { roles: { member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null } } }
`,
);
const port = await freePort();
const bot = [...emulator.core.world.users.values()].find((user) => user.bot);
const program = startFamiliar(['start'], {
  DISCORD_TOKEN: bot?.token ?? '',
  DISCORD_API_BASE: `${emulator.origin}/api`,
  FAMILIAR_DATA_DIR: dataDir,
  FAMILIAR_CONFIG: join(dataDir, 'familiar.yaml'),
  PORT: String(port),
});
await untilAnswers(`http://127.0.0.1:${port}/health`, program);
const people = await Promise.all(
  ['alice', 'bob', 'milo', 'olivia'].map((name) => connectPerson(emulator.origin, name)),
);
const [guild] = emulator.core.world.guilds.values();
const pid = program.child.pid ?? 0;
const idleKb = await residentKb(pid);
let peakKb = 0;
let isOver = false;
const watching = (async () => {
  while (!isOver) {
    peakKb = Math.max(peakKb, await residentKb(pid));
    await delay(SAMPLE_MS);
  }
})();
const files = ['a', 'b', 'c', 'd'].map((name) => ({
  name: `${name}.png`,
  data: noisePng(1640, 1640),
  type: 'image/png',
}));
const startedMs = Date.now();
const asked = Array.from({ length: QUESTIONS }, async (_value, index) => {
  const person = people[index % people.length] ?? people[0];
  if (!person) throw new Error('nobody is there');
  const response = await fetch(`${emulator.origin}/_control/channels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ guildId: guild?.id, name: `pictures-${index}` }),
  });
  const { id } = (await response.json()) as { id: string };
  await person.until('the channel', () => person.view.channels.get(id) ?? null);
  const question = await person.says(id, `<@${bot?.id ?? ''}> what is this?`, { files });
  await person.sees((it) => it.message_reference?.message_id === question.id && it.content.startsWith('Seen.'), {
    timeoutMs: 120_000,
  });
});
const outcome = await Promise.allSettled(asked);
const tookMs = Date.now() - startedMs;
isOver = true;
await watching;
const answered = outcome.filter(({ status }) => status === 'fulfilled').length;
const images = providers.requests.reduce((sum, request) => sum + request.images, 0);
process.stdout.write(
  `${answered} of ${QUESTIONS} answered in ${(tookMs / 1000).toFixed(1)} s, ${images} pictures sent; ` +
    `idle ${Math.round(idleKb / 1024)} MB, peak ${Math.round(peakKb / 1024)} MB\n`,
);
for (const person of people) await person.close();
await program.stop();
await emulator.close();
await providers.close();
await rm(dataDir, { recursive: true, force: true });
