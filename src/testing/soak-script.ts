/** What happens in a scripted conversation, drawn from one seed. What depends on time is chosen by `chance` when it comes. */

/** How often a message is delivered again: at once, or some time later. */
export type Repeat = 'never' | 'at once' | 'soon';

interface Spoken {
  person: number;
  repeat: Repeat;
  chance: number;
}

export type Trouble = 'drop' | 'reconnect' | 'invalidate' | 'kill a worker' | 'kill the gateway';

export type Step =
  /** To the bot: with a mention or as a reply; without either in the `everything` channel and in direct messages. */
  | (Spoken & { kind: 'asks'; where: { channel: number } | { direct: number } | 'a thread'; way: 'mention' | 'reply' })
  /** To each other. */
  | (Spoken & { kind: 'says'; channel: number })
  /** With the command, in a thread of its own. */
  | (Spoken & { kind: 'opens'; channel: number })
  /** With one of the latest messages. */
  | { kind: 'edits' | 'deletes' | 'stops' | 'regenerates'; chance: number }
  | { kind: 'trouble'; trouble: Trouble; chance: number };

export interface SoakSize {
  messages: number;
  people: number;
  /** In the last one every message is answered. */
  channels: number;
  /** This many members also send direct messages. */
  direct: number;
  troubles: Readonly<Record<Trouble, number>>;
}

/** Per hundred messages; the rest are questions in channels. */
const shares = { says: 18, direct: 8, thread: 9, opens: 3 };
/** Per hundred messages. */
const meddling = { edits: 10, deletes: 10, stops: 5, regenerates: 5 } as const;

export function writeScript(random: () => number, size: SoakSize): Step[] {
  const below = (count: number) => Math.floor(random() * count);
  const steps: Step[] = [];
  const troubles = troublesByMessage(random, size);
  for (let message = 0; message < size.messages; message += 1) {
    steps.push(nextMessage(random, below, size));
    for (const [kind, share] of Object.entries(meddling) as [keyof typeof meddling, number][]) {
      if (random() * 100 < share) steps.push({ kind, chance: random() });
    }
    for (const trouble of troubles.get(message) ?? []) steps.push({ kind: 'trouble', trouble, chance: random() });
  }
  return steps;
}

/** After the first messages, and early enough that some follow. */
function troublesByMessage(random: () => number, { messages, troubles }: SoakSize): Map<number, Trouble[]> {
  const all = Object.entries(troubles).flatMap(([name, count]) => Array.from({ length: count }, () => name as Trouble));
  return Map.groupBy(all, () => Math.floor(messages * (0.05 + 0.9 * random())));
}

function nextMessage(random: () => number, below: (count: number) => number, size: SoakSize): Step {
  const spoken: Spoken = { person: below(size.people), repeat: repeatOf(random()), chance: random() };
  const draw = random() * 100;
  if (draw < shares.says) return { ...spoken, kind: 'says', channel: below(size.channels - 1) };
  if (draw < shares.says + shares.direct) {
    const direct = below(size.direct);
    return { ...spoken, kind: 'asks', person: direct, where: { direct }, way: 'mention' };
  }
  if (draw < shares.says + shares.direct + shares.opens) {
    return { ...spoken, kind: 'opens', channel: below(size.channels) };
  }
  const inThread = draw < shares.says + shares.direct + shares.opens + shares.thread;
  const where = inThread ? 'a thread' : { channel: below(size.channels) };
  return { ...spoken, kind: 'asks', where, way: random() < 0.25 ? 'reply' : 'mention' };
}

const repeatOf = (draw: number): Repeat => (draw < 0.08 ? 'at once' : draw < 0.16 ? 'soon' : 'never');
