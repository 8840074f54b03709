import type { APIEmbed } from 'discord-api-types/v10';
import { defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, ModelInfo, ModelMessage, OutgoingFile } from '../../../sdk/index.ts';
import { modelOf } from '../ask.ts';
import type { ChatContext } from '../chat.ts';
import { settingsOf } from '../conversations.ts';
import { startAfresh } from '../history/rest.ts';
import { buildPrompt } from '../prompt.ts';
import type { Prompt } from '../prompt.ts';
import { scopeText } from '../prompts/show.ts';
import { HeldFiles, pictureLimit } from '../question-files.ts';
import type { ChatSettings } from '../settings.ts';
import type { QuestionRow } from '../store.ts';
import { countUncovered } from '../summaries/store.ts';
import { checkMayReadBack } from './summary.ts';

/** Shows what a model would get with the caller's next question here, and what was left out and why. */
export function contextCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'context',
    options: {},
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      checkMayReadBack(call);
      const next = await nextPrompt(context, call);
      await call.reply({ embeds: [view(next, call)], files: [asFile(next.prompt.messages)] });
    },
  });
}

interface NextPrompt {
  prompt: Prompt;
  model: ModelInfo;
  settings: ChatSettings;
  /** Exchanges that no summary covers, and that are older than those that are sent. */
  older: number;
  /** What a picture would take at most. */
  pictureTokens: number;
}

async function nextPrompt(context: ChatContext, { caller, guildId, channelId, t }: Call): Promise<NextPrompt> {
  const { db, vault, clock } = context;
  const row: QuestionRow = {
    id: '00000000-0000-0000-0000-000000000000',
    channel_id: channelId,
    guild_id: guildId,
    author_id: caller.userId,
    message_id: null,
    sealed: Buffer.alloc(0),
    asked_at: new Date(clock.now()),
    origin: 'command',
    edited_at: null,
    parts: [],
    shown_id: null,
    merged_into: null,
    reaction: null,
  };
  await startAfresh(context, row);
  const [settings, model] = await Promise.all([settingsOf(context, row), modelOf(context, row)]);
  const files = new HeldFiles(context.fileBytes);
  const prompt = await buildPrompt({
    context,
    read: vault.reader(db),
    settings,
    model,
    row,
    question: { name: caller.displayName, text: t('context.placeholder'), attachments: [] },
    written: '',
    files,
    signal: new AbortController().signal,
  }).finally(() => files.release());
  const { summary, exchanges } = prompt.contents;
  const all = await countUncovered(db, channelId, summary?.row.covers_until);
  const pictureTokens = context.models.pictureTokens(model.id, undefined);
  return { prompt, model, settings, older: Math.max(0, all - exchanges.of), pictureTokens };
}

function view(next: NextPrompt, { t }: Call): APIEmbed {
  const { prompt, model } = next;
  const { system } = prompt.contents;
  const percent = Math.round((prompt.inputTokens / model.contextTokens) * 100);
  const lines = [
    t('context.window', {
      bar: bar(percent),
      percent,
      tokens: prompt.inputTokens,
      window: model.contextTokens,
      answer: prompt.maxOutputTokens,
    }),
    '',
    t('context.system', { from: scopeText(system.source.scope, t), tokens: system.tokens }),
    ...summaryLines(next, t),
    ...exchangeLines(next, t),
    ...heardLines(next, t),
    questionLine(next, t),
  ];
  return { title: t('context.title', { model: model.id }).slice(0, 256), description: lines.join('\n') };
}

const cells = 20;

function bar(percent: number): string {
  const full = Math.min(cells, Math.ceil((percent / 100) * cells));
  return `${'▰'.repeat(full)}${'▱'.repeat(cells - full)}`;
}

type Lines = (next: NextPrompt, t: Call['t']) => string[];

const summaryLines: Lines = ({ prompt, settings }, t) => {
  const { summary } = prompt.contents;
  if (!summary) return [t(settings.summaries === 'off' ? 'context.summary-off' : 'context.summary-none')];
  const until = `<t:${Math.floor(summary.row.covers_until.getTime() / 1000)}:R>`;
  const told = t('context.summary', { count: summary.row.exchanges, until, tokens: summary.tokens });
  return [told, ...(summary.sent ? [] : [t('context.no-room-summary')])];
};

const exchangeLines: Lines = ({ prompt, settings, older }, t) => {
  const { sent, of, tokens, files } = prompt.contents.exchanges;
  return [
    t('context.exchanges', { count: sent, tokens }),
    ...(of > sent ? [t('context.no-room', { count: of - sent })] : []),
    ...(older > 0 ? [t('context.older', { count: older, limit: settings.historySent })] : []),
    ...(files > 0 ? [t('context.files', { count: files })] : []),
  ];
};

const heardLines: Lines = ({ prompt }, t) => {
  const { sent, of, tokens } = prompt.contents.heard;
  if (of === 0) return [];
  const told = t('context.heard', { count: sent, tokens });
  return [told, ...(of > sent ? [t('context.no-room-heard', { count: of - sent })] : [])];
};

function questionLine({ model, pictureTokens }: NextPrompt, t: Call['t']): string {
  if (!model.abilities.vision) return t('context.question-blind');
  return t('context.question', { count: pictureLimit.count, tokens: pictureTokens });
}

/** The prompt as the model gets it, message by message. */
function asFile(messages: readonly ModelMessage[]): OutgoingFile {
  const text = messages.map((message) => `──── ${message.role} ────\n${textOf(message)}\n`).join('\n');
  return { name: 'context.txt', contentType: 'text/plain; charset=utf-8', data: new TextEncoder().encode(text) };
}

function textOf({ content }: ModelMessage): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '[picture]')).join('\n');
}
