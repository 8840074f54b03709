import type { APIEmbed } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { defineCommand, mayReadBack } from '../../../sdk/index.ts';
import type { Call, ModelMessage, Command, ModelInfo, OutgoingFile } from '../../../sdk/index.ts';
import { countExchangesAfter } from '../turns/past-store.ts';
import { modelOf } from '../turns/submit.ts';
import { turnOf } from '../turns/turn.ts';
import { speakerFor } from '../prompt/sources.ts';
import type { ChatContext } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { resetIfIdle } from '../history/idle.ts';
import { buildPrompt } from '../prompt/build.ts';
import type { Prompt } from '../prompt/prompt.ts';
import { HeldFiles, pictureLimit } from '../prompt/question-files.ts';
import type { ChatSettings } from '../settings.ts';
import type { QuestionRow } from '../turns/store.ts';

/** Shows what a model would get with the caller's next question here, and what was left out and why. */
export function contextCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'context',
    options: {},
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      if (!mayReadBack(call)) throw new UserError('context.no-history', 'the caller may not read back');
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
    ciphertext: Buffer.alloc(0),
    asked_at: new Date(clock.now()),
    origin: 'command',
    edited_at: null,
    parts: [],
    shown_id: null,
    merged_into: null,
    reaction: null,
    stale_reactions: [],
  };
  await resetIfIdle(context, row);
  const question = { name: caller.displayName, text: t('context.placeholder'), attachments: [] };
  const speaker = await speakerFor(context, (feature) => turnOf(row, question, feature));
  const [settings, model] = await Promise.all([
    settingsOf(context, row),
    modelOf(context, row, speaker?.model ?? null),
  ]);
  const files = new HeldFiles(context.fileBytes);
  const prompt = await buildPrompt({
    context,
    read: vault.reader(db),
    settings,
    model,
    row,
    question,
    speaker,
    written: '',
    files,
    signal: new AbortController().signal,
  }).finally(() => files.release());
  const { coversUntilMs, exchanges } = prompt.contents;
  const after = coversUntilMs === undefined ? undefined : new Date(coversUntilMs);
  const all = await countExchangesAfter(db, channelId, after);
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
    systemLine(system, t),
    ...pieceLines(next, t),
    ...exchangeLines(next, t),
    ...ambientLines(next, t),
    questionLine(next, t),
    ...aroundLines(next, t),
  ];
  return { title: t('context.title', { model: model.id }).slice(0, 256), description: lines.join('\n') };
}

const cells = 20;

function bar(percent: number): string {
  const full = Math.min(cells, Math.ceil((percent / 100) * cells));
  return `${'▰'.repeat(full)}${'▱'.repeat(cells - full)}`;
}

type Lines = (next: NextPrompt, t: Call['t']) => string[];

const systemLine = ({ labels, tokens }: Prompt['contents']['system'], t: Call['t']): string =>
  labels.length === 0 ? t('context.system', { tokens }) : t('context.piece', { label: labels.join(' · '), tokens });

/** What features add, by its name. */
const pieceLines: Lines = ({ prompt }, t) =>
  prompt.contents.others.flatMap(({ label, tokens, sent }) => [
    t('context.piece', { label, tokens }),
    ...(sent ? [] : [t('context.no-room-piece')]),
  ]);

const exchangeLines: Lines = ({ prompt, settings, older }, t) => {
  const { sent, of, tokens, files } = prompt.contents.exchanges;
  return [
    t('context.exchanges', { count: sent, tokens }),
    ...(of > sent ? [t('context.no-room', { count: of - sent })] : []),
    ...(older > 0 ? [t('context.older', { count: older, limit: settings.historySent })] : []),
    ...(files > 0 ? [t('context.files', { count: files })] : []),
  ];
};

const ambientLines: Lines = ({ prompt }, t) => {
  const { sent, of, tokens } = prompt.contents.ambient;
  if (of === 0) return [];
  const told = t('context.ambient', { count: sent, tokens });
  return [told, ...(of > sent ? [t('context.no-room-ambient', { count: of - sent })] : [])];
};

function questionLine({ model, pictureTokens }: NextPrompt, t: Call['t']): string {
  if (!model.abilities.vision) return t('context.question-blind');
  return t('context.question', { count: pictureLimit.count, tokens: pictureTokens });
}

/** What the parts above don't have: the place of the question, and what surrounds each message. */
const aroundLines: Lines = ({ prompt: { inputTokens, contents } }, t) => {
  const { system, others, exchanges, ambient } = contents;
  const pieces = others.reduce((total, { tokens, sent }) => total + (sent ? tokens : 0), 0);
  const tokens = inputTokens - system.tokens - pieces - exchanges.tokens - ambient.tokens;
  return tokens > 0 ? [t('context.around', { tokens })] : [];
};

/** The prompt as the model gets it, message by message. */
function asFile(messages: readonly ModelMessage[]): OutgoingFile {
  const text = messages.map((message) => `──── ${message.role} ────\n${textOf(message)}\n`).join('\n');
  return { name: 'context.txt', contentType: 'text/plain; charset=utf-8', data: new TextEncoder().encode(text) };
}

function textOf({ content }: ModelMessage): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '[picture]')).join('\n');
}
