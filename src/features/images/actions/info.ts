import { UserError } from '../../../kernel/errors.ts';
import type { Call, ComponentCall, OutgoingMessage } from '../../../sdk/index.ts';
import type { ImageSource } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import { ancestorsOf, childrenOf, findRequest, findResult } from '../store.ts';
import { quoted } from '../view/caption.ts';
import { loadSource } from '../work/sources.ts';
import { readableError } from '../work/inputs.ts';
import { checkReach, openRequest, reached } from './reach.ts';
import type { Reached } from './reach.ts';

/** Tells how an image was made, and what was made of what. */
export async function showInfo(context: ImageContext, call: ComponentCall): Promise<void> {
  const of = await reached(context, call);
  await call.reply({ content: await infoText(context, call, of) });
}

const readMs = 20_000;

/** What is known of any image: one of the bot's own by its row, another by what is written in its file. */
export async function infoOf(context: ImageContext, call: Call, source: ImageSource): Promise<OutgoingMessage> {
  const { t } = call;
  if (source.kind === 'result') {
    const result = await findResult(context.db, source.id);
    const row = result && (await findRequest(context.db, result.request_id));
    if (!result || !row) throw new UserError('image-gone', 'the image is not kept any more');
    await checkReach(context, row, call);
    return { content: await infoText(context, call, { result, row, request: await openRequest(context, row) }) };
  }
  const signal = AbortSignal.timeout(readMs);
  const bytes = await loadSource(context, source, signal);
  try {
    const { contentType, width, height, frames, note } = await context.images.inspect(bytes, signal);
    const facts = [
      `**${t('info.type')}:** ${contentType.slice('image/'.length).toUpperCase()}`,
      `**${t('info.size')}:** ${width} × ${height}`,
      ...(frames > 1 ? [`**${t('info.frames')}:** ${frames}`] : []),
      ...(note
        ? [
            `**${t('info.prompt')}:** ${quoted(note.prompt, 1000)}`,
            `**${t('info.model')}:** ${quoted(note.model, 100)}`,
            ...(note.seed === undefined ? [] : [`**${t('info.seed')}:** ${note.seed}`]),
          ]
        : [t('info.unknown')]),
    ];
    return { content: facts.join('\n') };
  } catch (error) {
    throw readableError(error, source.filename);
  }
}

async function infoText(
  { db }: Pick<ImageContext, 'db'>,
  { t }: Pick<Call, 't'>,
  { result, row, request }: Reached,
): Promise<string> {
  const [ancestors, children] = await Promise.all([ancestorsOf(db, result.id), childrenOf(db, result.id)]);
  const facts: [string, string | undefined][] = [
    ['prompt', request.private || request.prompt === '' ? undefined : quoted(request.prompt, 1000)],
    ['negative', request.negativePrompt === undefined ? undefined : quoted(request.negativePrompt, 300)],
    ['mode', t(`modes.${request.mode}`)],
    ['model', `\`${row.model_id}\``],
    ['size', `${result.width} × ${result.height}`],
    ['seed', result.seed ?? undefined],
    ['style', request.style],
    ['strength', request.strength?.toString()],
    ['asked', `<@${row.author_id}>, <t:${Math.floor(row.asked_at.getTime() / 1000)}:R>`],
    ['from', ancestors === 0 ? undefined : t('info.count', { count: ancestors })],
    ['led-to', children === 0 ? undefined : t('info.count', { count: children })],
  ];
  return facts.flatMap(([key, value]) => (value === undefined ? [] : [`**${t(`info.${key}`)}:** ${value}`])).join('\n');
}
