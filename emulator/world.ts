import type {
  Clock,
  Collection,
  StoredChannel,
  StoredMember,
  StoredMessage,
  StoredRole,
  StoredSession,
  StoredUser,
  World,
} from './contract.ts';
import type { CollectionObserver } from './collection.ts';
import { GroupIndex, ObservedCollection } from './collection.ts';
import { Journal } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { AttachmentIndex, MessageIndex } from './message-index.ts';
import { ReplayReader, withSharedEvents, WrittenReplays } from './session-journal.ts';
import { isSnowflake, SnowflakeSource } from './snowflake.ts';

export interface OpenWorld extends World {
  /** Writes what is pending and gives the data folder free. */
  close(): void;
}

type CollectionName =
  | 'users'
  | 'applications'
  | 'guilds'
  | 'roles'
  | 'members'
  | 'channels'
  | 'messages'
  | 'webhooks'
  | 'commands'
  | 'sessions'
  | 'bans'
  | 'emojis'
  | 'stickers'
  | 'entitlements'
  | 'invites'
  | 'optionUploads';

/** What is still to be written, by collection and key: several changes of one thing in one flush are one line. */
class PendingChanges {
  #changes = new Map<string, Map<string, () => unknown>>();
  /** While what is stored is read in, which is not to be written again. */
  isLoading = false;

  /** `read` gives the value when it is written. */
  add(collection: string, key: string, read: () => unknown): void {
    let changes = this.#changes.get(collection);
    if (changes === undefined) this.#changes.set(collection, (changes = new Map<string, () => unknown>()));
    changes.set(key, read);
  }

  take(): JournalEntry[] {
    const entries: JournalEntry[] = [];
    for (const [collection, changes] of this.#changes) {
      for (const [key, read] of changes) entries.push([collection, key, read()]);
      changes.clear();
    }
    return entries;
  }
}

/** Opens the state kept in `dataDir`, or an empty one that lives in memory alone when that is null. */
export function openWorld(dataDir: string | null, clock: Clock): OpenWorld {
  const pending = new PendingChanges();
  const snowflakes = new SnowflakeSource(clock);
  const indexes = createIndexes();
  const collections = createCollections(indexes, pending);
  const journal = dataDir === null ? null : openJournal(dataDir, collections, snowflakes, pending);
  const flush = (): void => {
    const entries = pending.take();
    if (entries.length > 0) journal?.append(withSharedEvents(entries));
  };
  return {
    ...collections,
    messagesOf: (channelId) => indexes.messages.of(channelId),
    channelsOf: (guildId) => indexes.channelsByGuild.of(guildId),
    rolesOf: (guildId) => indexes.rolesByGuild.of(guildId),
    membersOf: (guildId) => indexes.membersByGuild.of(guildId),
    guildsOf: (userId) =>
      indexes.membersByUser.of(userId).flatMap((member) => collections.guilds.get(member.guildId) ?? []),
    threadsOf: (parentId) => indexes.threadsByParent.of(parentId),
    directMessagesOf: (userId) => indexes.directMessagesByUser.of(userId),
    attachmentById: (attachmentId) =>
      indexes.attachments.get(attachmentId) ?? collections.optionUploads.get(attachmentId),
    userByToken: (token) => indexes.tokens.get(token),
    snowflake: () => snowflakes.next(),
    flush,
    close() {
      flush();
      journal?.close();
    },
  };
}

type Collections = Pick<World, CollectionName>;

function createCollections(indexes: ReturnType<typeof createIndexes>, pending: PendingChanges): Collections {
  const journalled = <T>(name: string, isKept: (value: T) => boolean = () => true): CollectionObserver<T> => ({
    changed(key, value, previous) {
      if (!pending.isLoading && isKept((value ?? previous) as T)) pending.add(name, key, () => value ?? null);
    },
  });
  return {
    users: new ObservedCollection([journalled('users'), indexes.tokens]),
    applications: new ObservedCollection([journalled('applications')]),
    guilds: new ObservedCollection([journalled('guilds')]),
    roles: new ObservedCollection([journalled('roles'), indexes.rolesByGuild]),
    members: new ObservedCollection([journalled('members'), indexes.membersByGuild, indexes.membersByUser]),
    channels: new ObservedCollection([
      journalled('channels'),
      indexes.channelsByGuild,
      indexes.threadsByParent,
      indexes.directMessagesByUser,
    ]),
    messages: new ObservedCollection([
      journalled<StoredMessage>('messages', (message) => message.ephemeralTo === null),
      indexes.messages,
      indexes.attachments,
    ]),
    webhooks: new ObservedCollection([journalled('webhooks')]),
    commands: new ObservedCollection([journalled('commands')]),
    sessions: new ObservedCollection([sessionJournal(pending)]),
    bans: new ObservedCollection([journalled('bans')]),
    emojis: new ObservedCollection([journalled('emojis')]),
    stickers: new ObservedCollection([journalled('stickers')]),
    entitlements: new ObservedCollection([journalled('entitlements')]),
    invites: new ObservedCollection([journalled('invites')]),
    optionUploads: new ObservedCollection([journalled('optionUploads')]),
  };
}

function createIndexes() {
  return {
    tokens: new TokenIndex(),
    rolesByGuild: new GroupIndex<StoredRole>((role) => [role.guildId]),
    membersByGuild: new GroupIndex<StoredMember>((member) => [member.guildId]),
    membersByUser: new GroupIndex<StoredMember>((member) => [member.userId]),
    channelsByGuild: new GroupIndex<StoredChannel>((channel) => (channel.guildId === null ? [] : [channel.guildId])),
    threadsByParent: new GroupIndex<StoredChannel>((channel) =>
      channel.thread === null || channel.parentId === null ? [] : [channel.parentId],
    ),
    directMessagesByUser: new GroupIndex<StoredChannel>((channel) => channel.recipientIds),
    messages: new MessageIndex(),
    attachments: new AttachmentIndex(),
  };
}

class TokenIndex implements CollectionObserver<StoredUser> {
  #users = new Map<string, StoredUser>();

  changed(_key: string, value: StoredUser | undefined, previous: StoredUser | undefined): void {
    if (previous !== undefined) this.#users.delete(previous.token);
    if (value !== undefined) this.#users.set(value.token, value);
  }

  get(token: string): StoredUser | undefined {
    return this.#users.get(token);
  }
}

function sessionJournal(pending: PendingChanges): CollectionObserver<StoredSession> {
  const written = new WrittenReplays();
  return {
    changed(key, session) {
      pending.add('sessions', key, () => written.newOf(key, session));
    },
  };
}

function openJournal(
  dataDir: string,
  collections: Collections,
  snowflakes: SnowflakeSource,
  pending: PendingChanges,
): Journal {
  const replays = new ReplayReader();
  const load = (entry: JournalEntry): void => {
    if (replays.takesEvents(entry)) return;
    const [name, key, value] = entry;
    const id = name === 'lastId' ? String(value) : key;
    if (isSnowflake(id)) snowflakes.startAfter(id);
    if (!(name in collections)) return;
    const collection = collections[name as CollectionName] as Collection<unknown>;
    if (value === null) collection.delete(key);
    else if (name === 'sessions') collection.set(key, replays.join(collections.sessions.get(key), value));
    else collection.set(key, value);
  };
  const snapshot = function* (): Generator<JournalEntry> {
    yield ['lastId', '', snowflakes.last];
    for (const [name, collection] of Object.entries(collections)) {
      if (name === 'sessions') continue;
      for (const [key, value] of keyed(name, collection)) yield [name, key, value];
    }
    yield* withSharedEvents(
      [...keyed('sessions', collections.sessions)].map(([key, value]) => ['sessions', key, value]),
    );
  };
  pending.isLoading = true;
  const live = (): number => Object.values(collections).reduce((sum, { size }) => sum + size, 0);
  const journal = Journal.open(dataDir, { load, snapshot, live });
  pending.isLoading = false;
  // Sessions alone: from here on they know what of them is written.
  pending.take();
  return journal;
}

/** What is kept of a collection, each under its key. */
function* keyed(name: string, collection: Collection<unknown>): Generator<[string, unknown]> {
  for (const value of collection.values()) {
    const item = value as { id: string; guildId: string; userId: string; code: string; ephemeralTo?: string | null };
    if (typeof item.ephemeralTo === 'string') continue;
    if (name === 'members' || name === 'bans') yield [memberKey(item.guildId, item.userId), value];
    else if (name === 'invites') yield [item.code, value];
    else yield [item.id, value];
  }
}

export function memberKey(guildId: string, userId: string): string {
  return `${guildId}/${userId}`;
}
