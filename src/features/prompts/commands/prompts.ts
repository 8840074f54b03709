import { defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import type { PromptContext } from '../settings.ts';
import type { Layer } from '../layers.ts';
import { neededPrompt, usablePrompts } from '../library.ts';
import type { PromptOrigin, UsablePrompt } from '../library.ts';
import { promptLimits } from '../rules.ts';
import { called, scopeText, withText } from '../show.ts';
import { layersHere } from '../choices.ts';
import { plainLine } from '../../../kernel/markdown/plain-line.ts';
import { suggestPrompts } from './system.ts';

/** Leaves room for the last line in an embed's 4096 characters. */
const listCharacters = 3900;
const aboutCharacters = 80;

const origins: readonly PromptOrigin[] = ['user', 'guild', 'configured'];

/** Lists the prompts that the caller can choose, with the one that applies here, or shows one in full. */
export function promptsCommand(context: PromptContext): Command {
  return defineCommand({
    name: 'prompts',
    options: { name: { type: 'string', maxLength: 100, suggest: (call) => suggestPrompts(context, call) } },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { name } = call.options;
      await call.reply(name === undefined ? await list(context, call) : await one(context, call, name));
    },
  });
}

async function one(context: PromptContext, call: Call, name: string): Promise<OutgoingMessage> {
  const prompt = await neededPrompt(context, call, name);
  const from = call.t(`prompts.from.${prompt.origin}`, { author: prompt.authorId ?? '' });
  return withText(`**${plainLine(prompt.name, 40)}** · ${from}`, prompt.text);
}

async function list(context: PromptContext, call: Call): Promise<OutgoingMessage> {
  const { t, guildId } = call;
  const [usable, [nearest]] = await Promise.all([
    usablePrompts(context, call, { texts: true }),
    layersHere(context, call),
  ]);
  const counts = t('prompts.counts', { prompt: called(nearest, t), scope: scopeText(nearest.scope, t) });
  const shown = guildId === null ? origins.filter((origin) => origin !== 'guild') : origins;
  const sections = shown.map((origin) => section(origin, usable, nearest, t));
  const description = fitting([counts, ...sections.flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines]))], t);
  return { embeds: [{ title: t('prompts.title'), description, footer: { text: t('prompts.hint') } }] };
}

function section(origin: PromptOrigin, usable: readonly UsablePrompt[], nearest: Layer, t: Translate): string[] {
  const prompts = usable.filter((prompt) => prompt.origin === origin);
  if (prompts.length === 0) return [];
  const limit = origin === 'configured' ? {} : { limit: promptLimits[origin] };
  return [
    t(`prompts.titles.${origin}`, { count: prompts.length, ...limit }),
    ...prompts.map(({ name, about, authorId, reference }) => {
      const isNearest = JSON.stringify(reference) === JSON.stringify(nearest.reference);
      const by = origin === 'guild' && authorId !== null ? ` · <@${authorId}>` : '';
      return `${isNearest ? '▸' : '•'} **${plainLine(name, 40)}**: ${plainLine(about, aboutCharacters)}${by}`;
    }),
  ];
}

/** As many lines as fit in an embed, and the number of the others. */
function fitting(lines: readonly string[], t: Translate): string {
  let length = 0;
  const kept = lines.filter((one) => (length += one.length + 1) <= listCharacters);
  const left = lines.length - kept.length;
  return [...kept, ...(left === 0 ? [] : [t('prompts.more', { count: left })])].join('\n');
}
