import { asMember } from './people.ts';
import { NEVER } from './soak-record.ts';
import type { Press, Talk, Utterance } from './soak-record.ts';
import type { Step } from './soak-script.ts';
import type { SoakStage } from './soak-stage.ts';
import { saidText } from './soak-words.ts';
import { isInSession } from './soak-watch.ts';

type Asks = Extract<Step, { kind: 'asks' }>;
type Says = Extract<Step, { kind: 'says' }>;
type Opens = Extract<Step, { kind: 'opens' }>;
type Meddles = Extract<Step, { kind: 'edits' | 'deletes' | 'stops' | 'regenerates' }>;

/** People change one of this many latest messages. */
const LATEST = 40;

/** Performs one step of a person. Skips a step that isn't possible. */
export async function act(stage: SoakStage, step: Asks | Says | Opens | Meddles): Promise<void> {
  switch (step.kind) {
    case 'asks':
      return asks(stage, step);
    case 'says':
      return says(stage, step);
    case 'opens':
      return opens(stage, step);
    default:
      // A new session gets people's messages from before it, but no other event since the last session.
      if (await isInSession(stage)) await meddle(stage, step);
  }
}

async function asks(stage: SoakStage, step: Asks): Promise<void> {
  const talk = talkOf(stage, step);
  const replied = step.way === 'reply' ? pick(answersIn(stage, talk), step.chance) : undefined;
  const needsNoMention = talk.kind !== 'channel' || replied !== undefined;
  await write(stage, step.person, talk, { isQuestion: true, needsNoMention, replied });
}

function says(stage: SoakStage, step: Says): Promise<void> {
  const talk = stage.channels[step.channel];
  if (!talk) throw new Error(`There is no channel ${step.channel}.`);
  return write(stage, step.person, talk, { isQuestion: false, needsNoMention: true, replied: undefined });
}

async function write(
  { place, members, record }: SoakStage,
  person: number,
  talk: Talk,
  how: { isQuestion: boolean; needsNoMention: boolean; replied: string | undefined },
): Promise<void> {
  const author = memberAt(members, person);
  const { number } = record.add({ author, isQuestion: how.isQuestion, talk });
  const content = `${how.needsNoMention ? '' : `<@${place.botId}> `}${saidText(number)}`;
  const reference = how.replied === undefined ? {} : { message_reference: { message_id: how.replied } };
  await asMember(place, author.username, 'POST', `/channels/${talk.id}/messages`, { content, ...reference });
}

function talkOf({ channels, directs, record }: SoakStage, { where, chance }: Asks): Talk {
  const talk =
    where === 'a thread'
      ? (pick(record.threads, chance) ?? pick(channels, chance))
      : 'channel' in where
        ? channels[where.channel]
        : directs[where.direct];
  if (!talk) throw new Error('There is no such place to ask in.');
  return talk;
}

/** Latest answers of a place that won't be deleted. */
function answersIn(stage: SoakStage, talk: Talk): string[] {
  const own = stage.record.utterances.filter((one) => one.talk === talk && one.deletedAt === NEVER);
  return pressable(stage, own, 'regenerate').map(({ messageId }) => messageId);
}

async function opens(stage: SoakStage, step: Opens): Promise<void> {
  const { record, members, channels } = stage;
  const { utterance, number } = record.add({
    author: memberAt(members, step.person),
    isQuestion: true,
    talk: undefined,
  });
  const data = { name: 'ask', type: 1, options: [{ name: 'prompt', type: 3, value: saidText(number) }] };
  await interact(stage, utterance, { kind: 'ask', channelId: channels[step.channel]?.id ?? '', data });
}

async function meddle(stage: SoakStage, { kind, chance }: Meddles): Promise<void> {
  const { record, place } = stage;
  if (kind === 'stops' || kind === 'regenerates') {
    const found = pick(pressable(stage, record.utterances, kind === 'stops' ? 'stop' : 'regenerate'), chance);
    if (found) await interact(stage, found.utterance, found);
    return;
  }
  const own = latest(record.utterances).filter((one) => isOwn(stage, one));
  const utterance = pick(own, chance);
  if (!utterance) return;
  const { author, talk, messageId, isQuestion } = utterance;
  const path = `/channels/${talk?.id}/messages/${messageId}`;
  if (kind === 'deletes') {
    await asMember(place, author.username, 'DELETE', path);
    return;
  }
  const mention = isQuestion && talk?.kind === 'channel' ? `<@${place.botId}> ` : '';
  const content = `${mention}${saidText(record.reword(utterance))}`;
  await asMember(place, author.username, 'PATCH', path, { content });
}

/** A message that its author can still change: the bot posts a command's question. */
function isOwn({ core }: SoakStage, { messageId, author, deletedAt }: Utterance): boolean {
  const message = core.world.messages.get(messageId ?? '');
  return deletedAt === NEVER && message?.authorId === author.id;
}

interface Pressable {
  utterance: Utterance;
  kind: Press['kind'];
  channelId: string;
  messageId: string;
  data: { component_type: number; custom_id: string };
}

/** Who waits for an answer cancels it, who sees it grow stops it. */
const actions = { stop: 'stop|cancel', regenerate: 'regenerate' } as const;

/** Buttons of a kind under the latest answers. */
function pressable(
  { core, record }: SoakStage,
  utterances: readonly Utterance[],
  kind: 'stop' | 'regenerate',
): Pressable[] {
  return latest(utterances).flatMap((utterance) =>
    record.repliesTo(utterance).flatMap((messageId) => {
      const message = core.world.messages.get(messageId);
      const customId = new RegExp(`"custom_id":"(chat/(?:${actions[kind]})/[^"]+)"`).exec(
        JSON.stringify(message?.components),
      )?.[1];
      if (!message || customId === undefined) return [];
      const data = { component_type: 2, custom_id: customId };
      return [{ utterance, kind, channelId: message.channelId, messageId, data }];
    }),
  );
}

let pressed = 0;

type Interaction = Pick<Pressable, 'kind' | 'channelId'> & {
  messageId?: string;
  data: { custom_id?: string; name?: string };
};

async function interact(stage: SoakStage, utterance: Utterance, how: Interaction): Promise<void> {
  const { record, place, applicationId, core } = stage;
  pressed += 1;
  const nonce = `soak-${pressed}`;
  const guildId = core.world.channels.get(how.channelId)?.guildId ?? null;
  const taken = record.press(utterance, { kind: how.kind, nonce });
  const body = {
    type: how.kind === 'ask' ? 2 : 3,
    application_id: applicationId,
    ...(guildId === null ? {} : { guild_id: guildId }),
    channel_id: how.channelId,
    ...(how.messageId === undefined ? {} : { message_id: how.messageId }),
    session_id: 'soak',
    nonce,
    data: how.data,
  };
  try {
    await asMember(place, utterance.author.username, 'POST', '/interactions', body);
  } catch (error) {
    // The button may go while the finger comes down.
    if (isThere(stage, how)) throw error;
    taken.outcome = 'failed';
  }
}

/** A command is always there. */
function isThere({ core }: SoakStage, { messageId, data }: Interaction): boolean {
  if (messageId === undefined) return true;
  const { components = [] } = core.world.messages.get(messageId) ?? {};
  return JSON.stringify(components).includes(data.custom_id ?? '');
}

const latest = <T>(all: readonly T[]): T[] => all.slice(-LATEST);

const pick = <T>(from: readonly T[], chance: number): T | undefined => from[Math.floor(chance * from.length)];

function memberAt<T>(members: readonly T[], index: number): T {
  const member = members[index];
  if (member === undefined) throw new Error(`There is no person ${index}.`);
  return member;
}
