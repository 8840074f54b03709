import type { Translate, WorkUse } from '../../../sdk/index.ts';
import type { ImageRequest } from '../request.ts';
import type { RequestRow } from '../store.ts';
import type { KeptImage } from '../work/kept.ts';

const quotedCharacters = 300;

/** On one line, so that no prompt can pretend to be something below it; without the marks that Discord reads. */
export function quoted(text: string, most = quotedCharacters): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const cut = [...line].length > most ? `${[...line].slice(0, most - 1).join('')}…` : line;
  return cut.replaceAll(/[\\*_~|`<>[\]()#@:-]/g, (mark) => `\\${mark}`);
}

/** The last part of a model's id: `flux-schnell`. */
export const shortModel = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** Where no message shows what was asked for, the first line does. */
export function askedLine(row: RequestRow, request: ImageRequest, t: Translate): string {
  if (row.message_id !== null) return '';
  const data = { user: row.author_id, prompt: quoted(request.prompt) };
  return `${t(request.prompt.trim() === '' ? `asked.${request.mode}` : 'asked.prompt', data)}\n`;
}

/** In small print: what drew it, how, and what that cost. */
export function factsLine(
  {
    modelId,
    kept,
    uses,
    seconds,
  }: {
    modelId: string;
    kept: readonly KeptImage[];
    uses: readonly WorkUse[];
    seconds: number;
  },
  t: Translate,
): string {
  const [first] = kept;
  const micros = uses.reduce((sum, { amounts }) => sum + (amounts.micros ?? 0), 0);
  const facts = [
    shortModel(modelId),
    ...(first ? [`${first.image.width} × ${first.image.height}`] : []),
    ...(first?.seed === undefined ? [] : [t('facts.seed', { seed: first.seed })]),
    ...(micros > 0 ? [dollars(micros)] : []),
    t('facts.seconds', { seconds: seconds.toFixed(1) }),
  ];
  return `-# ${facts.join(' · ')}`;
}

/** `$0.02`; of less than a cent as many figures as tell something. */
export function dollars(micros: number): string {
  const usd = micros / 1_000_000;
  return usd >= 0.01 || usd === 0 ? `$${usd.toFixed(2)}` : `$${usd.toPrecision(1)}`;
}

/** Of what was charged. */
export const priceText = (micros: number, t: Translate): string => (micros === 0 ? t('facts.free') : dollars(micros));

export const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);

const altCharacters = 1024;

/** For people who cannot see an image, what it was asked to be. */
export const altText = ({ prompt }: Pick<ImageRequest, 'prompt'>): { description?: string } =>
  prompt === '' ? {} : { description: prompt.slice(0, altCharacters) };
