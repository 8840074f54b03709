// `npm run new-feature NAME`: begins a feature in src/features with a command, a setting, its texts and a test.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a new feature, by their path in its folder. They pass `npm run check` and their own test as they are. */
export function featureFiles(name: string): Readonly<Record<string, string>> {
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  return {
    'feature.ts': `/**
 * ${title}: say here what it is for.
 *
 * Invariants: say here what always holds.
 */
import { z } from 'zod';
import { defineCommand, defineFeature } from '../../sdk/index.ts';

export const feature = defineFeature({
  name: '${name}',
  summary: 'Greets members.',
  intents: [],
  settings: z.strictObject({
    enabled: z.boolean().default(true).meta({ changedBy: 'server' }),
  }),
  setup: ({ settings }) => ({
    commands: [
      defineCommand({
        name: '${name}',
        options: {},
        access: 'everyone',
        ephemeral: true,
        run: async ({ caller, guildId, reply, t }) => {
          const { enabled } = settings.peek({ guildId });
          await reply({ content: enabled ? t('greeting', { name: caller.displayName }) : t('off') });
        },
      }),
    ],
  }),
});
`,
    'feature.test.ts': `import { expect, it } from 'vitest';
import { sharedBot } from '../../testing/shared-bot.ts';

const bot = sharedBot();

it('greets the member who runs /${name}', async () => {
  await bot.alice.runs('${name}');
  const greeting = await bot.alice.sees(/^Hello/);
  expect(greeting.content).toBe('Hello, Alice!');
});
`,
    'README.md': `# ${title}

\`/${name}\` greets you.

| setting   | default | meaning               |
| --------- | ------- | --------------------- |
| \`enabled\` | \`true\`  | whether it greets you |
`,
    'locales/en.json': `${JSON.stringify(textsOf(name, title), null, 2)}\n`,
  };
}

const textsOf = (name: string, title: string) => ({
  name: title.toLowerCase(),
  config: { enabled: { name: 'Greetings', about: 'Whether the command greets members.' } },
  commands: { [name]: { description: 'Greet me' } },
  greeting: 'Hello, {{name}}!',
  off: 'Greetings are switched off.',
});

/** Returns the folder. Throws an Error for a name that no feature may have, and where one is already. */
export function createFeature(root: string, name: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 32) {
    throw new Error(
      `"${name}" can't be the name of a feature: use up to 32 lower-case letters, digits and single dashes.`,
    );
  }
  const folder = join(root, 'src', 'features', name);
  if (existsSync(folder)) throw new Error(`${folder} is already there.`);
  for (const [path, text] of Object.entries(featureFiles(name))) {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

if (import.meta.main) {
  const [name] = process.argv.slice(2);
  if (name === undefined || name === '--help') {
    console.log('npm run new-feature NAME\n\nBegins a feature in src/features. docs/extending says what it may do.');
    process.exitCode = name === undefined ? 1 : 0;
  } else {
    try {
      console.log(`${createFeature(join(import.meta.dirname, '..'), name)} is there. Next: npm run check`);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}
