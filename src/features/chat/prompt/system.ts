import { precedence } from '../../../sdk/index.ts';
import type { PromptPiece, Precedence, Speaker } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { channelAround } from '../../../sdk/index.ts';
import { fillIn, variablesIn } from './variables.ts';
import type { Variable } from './variables.ts';

interface AskedIn {
  guildId: string | null;
  channelId: string;
  /** The asker's name. */
  userName: string;
}

type SystemPiece = Pick<PromptPiece, 'content' | 'replacesDefault'>;

/**
 * The system prompt: the text from the nearest scope with its variables filled in, or the default, and after it what
 * features add.
 */
export async function systemText(
  context: Needs<'clock' | 'discord' | 'settings'>,
  pieces: readonly SystemPiece[],
  speaker: Speaker | undefined,
  place: AskedIn,
): Promise<string> {
  const base = nearestText(pieces, speaker) ?? context.settings.instance.systemPrompt;
  const additions = pieces.filter((piece) => piece.replacesDefault === undefined).map(({ content }) => content);
  return [await filled(context, base, place), ...additions].join('\n\n');
}

function nearestText(pieces: readonly SystemPiece[], speaker: Speaker | undefined): string | undefined {
  const replacing: { scope: Precedence; content: string }[] = pieces.flatMap(({ replacesDefault: scope, content }) =>
    scope ? [{ scope, content }] : [],
  );
  if (speaker?.prompt !== undefined) replacing.push({ scope: 'persona', content: speaker.prompt });
  replacing.sort((one, other) => precedence.indexOf(one.scope) - precedence.indexOf(other.scope));
  return replacing[0]?.content;
}

/** Said to the model alone, and models follow English best. */
const inDirectMessages = { guild: 'no server', channel: 'direct messages' };

async function filled(
  context: Needs<'clock' | 'discord'>,
  text: string,
  { guildId, channelId, userName }: AskedIn,
): Promise<string> {
  const { discord, clock } = context;
  const wanted = variablesIn(text);
  if (wanted.size === 0) return text;
  const named = async (variable: Variable, find: () => Promise<{ name: string | null } | undefined>) =>
    wanted.has(variable) ? ((await find())?.name ?? '') : '';
  const place =
    guildId === null
      ? inDirectMessages
      : {
          guild: await named('guild', () => discord.cache.guild(guildId)),
          channel: await named('channel', async () =>
            discord.cache.channel(await channelAround(context.discord.cache, channelId)),
          ),
        };
  const date = new Date(clock.now()).toISOString().slice(0, 10);
  return fillIn(text, { name: discord.self.username, date, ...place, user: userName });
}
