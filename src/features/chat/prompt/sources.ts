import { UserError, VendorError } from '../../../kernel/errors.ts';
import { oneLine } from '../../../kernel/one-line.ts';
import { explainedBy } from '../../../sdk/index.ts';
import type { Extension, PendingTurn, PromptPiece, Speaker, TurnToSpeak } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { TookTooLong, withinLimit } from '../within-limit.ts';

/** A source that takes longer is left out. */
const longestMs = 10_000;

/** A piece with the source that it comes from. */
export interface SourcePiece extends PromptPiece {
  label: string;
  place: 'system' | 'memory' | 'history' | 'turn';
  keep: 'always' | number;
}

interface Asked {
  turnFor(feature: string): PendingTurn;
  /** Whether others than the asker read the answer. */
  isPublic: boolean;
  signal: AbortSignal;
}

/**
 * What the features add to a prompt, in order of their names. A source that fails is left out, unless what it adds always
 * belongs there. Throws what such a source throws, and every UserError.
 */
export async function piecesFor(
  context: Needs<'clock' | 'extensions' | 'logger'>,
  asked: Asked,
): Promise<SourcePiece[]> {
  const sources = context.extensions('promptSources');
  const collected = await Promise.all(sources.map((source) => collectFrom(context, source, asked)));
  return collected.flat().filter(({ audience }) => audience !== 'asker' || !asked.isPublic);
}

async function collectFrom(
  context: Needs<'clock' | 'logger'>,
  { feature, texts, part: source }: Extension<'promptSources'>,
  { turnFor, signal }: Asked,
): Promise<SourcePiece[]> {
  const { name, place, keep } = source;
  const { clock, logger } = context;
  try {
    const pieces = await explainedBy(texts, () =>
      withinLimit({ clock, signal, longestMs }, (within) => source.collect(turnFor(feature), within)),
    );
    const key = `prompt-sources.${name}`;
    const label = texts.has(key) ? texts.in(undefined)(key) : name;
    return pieces.map((piece) => ({ label, ...piece, place, keep }));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError || keep === 'always') throw error;
    const isExpected = error instanceof VendorError || error instanceof TookTooLong;
    logger[isExpected ? 'warn' : 'error']({ error, feature, source: name }, 'A prompt goes without a source.');
    return [];
  }
}

/** Who answers a turn; undefined: the bot itself. A source that fails is left out. */
export async function speakerFor(
  context: Needs<'extensions' | 'logger'>,
  turnFor: (feature: string) => TurnToSpeak,
): Promise<Speaker | undefined> {
  for (const { feature, part } of context.extensions('speakers')) {
    try {
      const speaker = await part(turnFor(feature));
      if (speaker) return { ...speaker, name: oneLine(speaker.name).slice(0, 80) };
    } catch (error) {
      context.logger.warn({ error, feature }, 'Who answers could not be decided; the bot answers itself.');
    }
  }
  return undefined;
}
