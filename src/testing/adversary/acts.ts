import type { APIMessage } from 'discord-api-types/v10';
import type { Person } from '../../../emulator/testing/person.ts';
import { systemClock } from '../../kernel/clock.ts';
import { buttons } from '../components.ts';
import { hostilePicture, hostileText } from './files.ts';
import { hostileCases } from './hostile-provider.ts';

export interface Attack {
  readonly attacker: Person;
  readonly botId: string;
  readonly applicationId: string;
  readonly guildId: string;
  /** The channels that the attacker writes in. */
  readonly channels: readonly string[];
  readonly directChannelId: string;
  readonly random: () => number;
  /** A new channel for one act. */
  makeChannel(): Promise<string>;
}

/** Tries its part and waits no longer than necessary. */
type Act = (attack: Attack) => Promise<unknown>;

const pick = <T>({ random }: Attack, from: readonly T[]): T => {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error('There is nothing to pick from.');
  return chosen;
};

const channelOf = (attack: Attack): string => pick(attack, attack.channels);
const caseOf = (attack: Attack): string => `case:${pick(attack, hostileCases)}`;
const mention = ({ botId }: Attack): string => `<@${botId}>`;

/** A refusal by Discord itself isn't the bot's fault. */
const tried = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);

const post = (attack: Attack, channelId: string, content: string, files: Parameters<Person['request']>[3] = []) => {
  const attachments = files.map(({ name }, id) => ({ id, filename: name }));
  const body = { content, ...(files.length > 0 && { attachments }) };
  return attack.attacker.request<APIMessage>('POST', `/channels/${channelId}/messages`, body, files);
};

const ask = (attack: Attack, words = caseOf(attack), channelId = channelOf(attack)) =>
  post(attack, channelId, `${mention(attack)} ${words}`);

/** The bot's latest message with buttons in a channel, waiting up to `withinMs`. */
async function answerIn(attack: Attack, channelId: string, withinMs = 4000): Promise<APIMessage | undefined> {
  for (let waitedMs = 0; waitedMs <= withinMs; waitedMs += 200) {
    const path = `/channels/${channelId}/messages?limit=20`;
    const messages = await attack.attacker.request<APIMessage[]>('GET', path);
    const answer = messages.find(({ author, components }) => author.id === attack.botId && components?.length);
    if (answer) return answer;
    await systemClock.sleep(200);
  }
  return undefined;
}

function press(attack: Attack, message: APIMessage, customId: string): Promise<unknown> {
  const body = {
    type: 3,
    application_id: attack.applicationId,
    ...(message.channel_id !== attack.directChannelId && { guild_id: attack.guildId }),
    channel_id: message.channel_id,
    message_id: message.id,
    session_id: 'attack',
    nonce: String(Math.floor(attack.random() * 1e15)),
    data: { component_type: 2, custom_id: customId },
  };
  return tried(attack.attacker.request('POST', '/interactions', body));
}

const commandsOfAttack = ['usage', 'balance', 'limits', 'budget', 'context', 'privacy', 'help', 'models', 'nonsense'];

const acts: Readonly<Record<string, Act>> = {
  'a question with a hostile answer': (attack) => ask(attack),
  'a direct question': (attack) => post(attack, attack.directChannelId, caseOf(attack)),
  'a flood of questions': (attack) =>
    Promise.all(Array.from({ length: 12 }, () => tried(ask(attack, 'case:endless', channelOf(attack))))),
  'the same question everywhere at once': (attack) =>
    Promise.all(attack.channels.map((channelId) => tried(ask(attack, 'case:no-usage', channelId)))),
  'a large text file': (attack) =>
    post(attack, channelOf(attack), `${mention(attack)} ${caseOf(attack)}`, [hostileText(attack.random)]),
  'many large text files': (attack) => {
    const files = Array.from({ length: 6 }, (_, index) => ({ ...hostileText(attack.random), name: `${index}.txt` }));
    return post(attack, channelOf(attack), `${mention(attack)} case:zero-out`, files);
  },
  pictures: (attack) => {
    const files = Array.from({ length: 4 }, () => hostilePicture(attack.random));
    return post(attack, channelOf(attack), `${mention(attack)} case:small-usage`, files);
  },
  'many questions with pictures': (attack) =>
    Promise.all(
      Array.from({ length: 5 }, () =>
        tried(post(attack, channelOf(attack), `${mention(attack)} look`, [hostilePicture(attack.random)])),
      ),
    ),
  'text that is slow to match': (attack) =>
    ask(
      attack,
      pick(attack, [' \n'.repeat(900), '['.repeat(1800), '> '.repeat(900), '`'.repeat(1800), '<@'.repeat(900)]),
    ),
  'a question that is deleted at once': async (attack) => {
    const { id, channel_id: channelId } = await ask(attack, 'case:slow');
    await attack.attacker.request('DELETE', `/channels/${channelId}/messages/${id}`);
  },
  'a question that is deleted when its answer has begun': async (attack) => {
    const { id, channel_id: channelId } = await ask(attack, 'case:slow');
    await answerIn(attack, channelId);
    await attack.attacker.request('DELETE', `/channels/${channelId}/messages/${id}`);
  },
  'an answer that is deleted while it is written': async (attack) => {
    const { channel_id: channelId } = await ask(attack, 'case:slow');
    const answer = await answerIn(attack, channelId);
    if (answer) await attack.attacker.request('DELETE', `/channels/${channelId}/messages/${answer.id}`);
  },
  'a channel that is deleted while an answer is written': async (attack) => {
    const channelId = await attack.makeChannel();
    await ask(attack, 'case:endless', channelId);
    await answerIn(attack, channelId);
    await attack.attacker.request('DELETE', `/channels/${channelId}`);
  },
  'a channel that is hidden from the bot while an answer is written': async (attack) => {
    const channelId = await attack.makeChannel();
    await ask(attack, 'case:endless', channelId);
    await answerIn(attack, channelId);
    const overwrite = { type: 1, allow: '0', deny: '1024' };
    await attack.attacker.request('PUT', `/channels/${channelId}/permissions/${attack.botId}`, overwrite);
  },
  'a thread that is deleted while an answer is written': async (attack) => {
    const first = await post(attack, channelOf(attack), 'a talk');
    const path = `/channels/${first.channel_id}/messages/${first.id}/threads`;
    const thread = await attack.attacker.request<{ id: string }>('POST', path, { name: 'talk' });
    await ask(attack, 'case:endless-thoughts', thread.id);
    await answerIn(attack, thread.id);
    await attack.attacker.request('DELETE', `/channels/${thread.id}`);
  },
  'a question that is edited over and over': async (attack) => {
    const { id, channel_id: channelId } = await ask(attack, 'case:slow');
    for (let index = 0; index < 8; index += 1) {
      const content = `${mention(attack)} case:slow again ${index}`;
      await tried(attack.attacker.request('PATCH', `/channels/${channelId}/messages/${id}`, { content }));
    }
  },
  'every button twice at once': async (attack) => {
    const answer = await answerIn(attack, channelOf(attack), 0);
    if (!answer) return ask(attack, 'case:plain');
    const ids = buttons(answer).map(({ customId }) => customId);
    return Promise.all([...ids, ...ids].map((customId) => press(attack, answer, customId)));
  },
  'Stop as soon as there is something': async (attack) => {
    const { channel_id: channelId } = await ask(attack, pick(attack, ['case:endless', 'case:endless-thoughts']));
    const answer = await answerIn(attack, channelId);
    const stop = answer && buttons(answer).find(({ label }) => label === 'Stop');
    if (stop) await press(attack, answer, stop.customId);
  },
  'a forged button': async (attack) => {
    const answer = await answerIn(attack, channelOf(attack), 0);
    if (answer) await press(attack, answer, `chat/regenerate/${'9'.repeat(20)}@1`);
  },
  'commands without end': (attack) =>
    Promise.all(
      Array.from({ length: 10 }, () => tried(post(attack, channelOf(attack), `!${pick(attack, commandsOfAttack)}`))),
    ),
  'a reply to an answer': async (attack) => {
    const channelId = channelOf(attack);
    const answer = await answerIn(attack, channelId, 0);
    if (!answer) return ask(attack, 'case:plain', channelId);
    const body = { content: caseOf(attack), message_reference: { message_id: answer.id } };
    return attack.attacker.request('POST', `/channels/${channelId}/messages`, body);
  },
};

export const actNames: readonly string[] = Object.keys(acts);

/** Runs one act; a refusal by the server ends it. */
export async function commit(attack: Attack, name: string): Promise<void> {
  await tried(Promise.resolve(acts[name]?.(attack)));
}
