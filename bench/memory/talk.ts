import { asMember, say } from '../../src/testing/people.ts';
import type { Place } from '../../src/testing/people.ts';
import type { Room } from '../lib/scene.ts';
import type { Sighting, Watcher } from '../lib/watcher.ts';

/** A server full of people who talk with the bot and with each other. */
export interface Community {
  place: Place;
  /** By whom an answer in a room can be seen. */
  watcherIn: (room: Room) => Watcher;
  rooms: readonly Room[];
  /** Rooms that are direct messages with the bot, each of its own person. */
  directRooms: readonly Room[];
  random: () => number;
}

/** In a hundred chats so many. The others are questions in channels, half of them replies to an answer. */
const mix = { direct: 10, regenerated: 10, edited: 5, deleted: 5, overheard: 50 };

/** Has `count` chats, `atOnce` of them at the same time, each in a room of its own. */
export async function talk(community: Community, count: number, atOnce: number): Promise<void> {
  const free = { shared: [...community.rooms], direct: [...community.directRooms] };
  const random = (below: number) => Math.floor(community.random() * below);
  let begun = 0;
  const loop = async () => {
    while (begun < count) {
      begun += 1;
      const rooms = random(100) < mix.direct && free.direct.length > 0 ? free.direct : free.shared;
      const [room] = rooms.splice(random(rooms.length), 1);
      if (room === undefined) throw new Error('There are more chats at once than rooms.');
      await chat(community, room, random);
      rooms.push(room);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
}

/** The last answer in each room, which people reply to, and who asked for it. */
const answers = new WeakMap<Room, { shown: Sighting; asker: string }>();

async function chat(community: Community, room: Room, random: (below: number) => number): Promise<void> {
  const { place, rooms } = community;
  const isDirect = community.directRooms.includes(room);
  const someone = isDirect ? room.username : (rooms[random(rooms.length)]?.username ?? room.username);
  if (!isDirect && random(100) < mix.overheard) await say(place, room.username, room.channelId, words(random));
  const before = answers.get(room);
  if (before && random(100) < mix.regenerated) {
    answers.set(room, { ...before, shown: await regenerate(community, room, before) });
    return;
  }
  const replied = before && random(2) === 0 ? { message_reference: { message_id: before.shown.messageId } } : {};
  const content = isDirect ? words(random) : `<@${place.botId}> ${words(random)}`;
  const path = `/channels/${room.channelId}/messages`;
  const question = (await asMember(place, someone, 'POST', path, { content, ...replied })) as { id: string };
  const watcher = community.watcherIn(room);
  const answer = await watcher.sees(
    `the answer in ${room.channelId}`,
    ({ repliesTo, buttons }) => repliesTo === question.id && buttons.some(regenerates),
  );
  answers.set(room, { shown: answer, asker: someone });
  const fate = random(100);
  if (fate < mix.edited) {
    await asMember(place, someone, 'PATCH', `${path}/${question.id}`, { content: words(random) });
    const offer = ({ messageId, buttons }: Sighting) => messageId === answer.messageId && buttons.some(answersEdited);
    answers.set(room, { shown: await watcher.sees(`an offer in ${room.channelId}`, offer), asker: someone });
  } else if (fate < mix.edited + mix.deleted) {
    answers.delete(room);
    await asMember(place, someone, 'DELETE', `${path}/${question.id}`);
  }
}

type Button = Sighting['buttons'][number];
/** Under every answer that has ended. */
const regenerates = ({ label }: Button) => label === 'Regenerate';
const answersEdited = ({ label }: Button) => label === 'Answer the edited question';

/** Has the answer given again, to the edited question where it was edited. */
async function regenerate(
  { place, watcherIn }: Community,
  room: Room,
  { shown: { messageId, buttons }, asker }: { shown: Sighting; asker: string },
): Promise<Sighting> {
  const pressed = (buttons.find(answersEdited) ?? buttons.find(regenerates))?.customId ?? '';
  const pressedAtMs = performance.now();
  const ended = watcherIn(room).sees(
    `another answer in ${room.channelId}`,
    (seen) =>
      seen.messageId === messageId &&
      seen.atMs > pressedAtMs &&
      seen.buttons.some((one) => regenerates(one) && !buttons.some(({ customId }) => customId === one.customId)),
  );
  await asMember(place, asker, 'POST', '/interactions', {
    type: 3,
    application_id: place.botId,
    channel_id: room.channelId,
    message_id: messageId,
    data: { component_type: 2, custom_id: pressed },
  });
  return ended;
}

const vocabulary = 'the a cat house river tells why how many stars we see at night and what comes after rain'.split(
  ' ',
);

function words(random: (below: number) => number): string {
  return Array.from({ length: 3 + random(30) }, () => vocabulary[random(vocabulary.length)]).join(' ');
}
