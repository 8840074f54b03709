import { extname } from 'node:path';
import type { Core, StoredMessage } from '../contract.ts';
import { compareSnowflakes } from '../snowflake.ts';
import { displayedText } from '../messages/components.ts';
import type { SearchQuery } from './search-query.ts';

/** Addresses in a text; the host alone is taken, up to the first character that none has. */
const LINK = /https?:\/\/([\p{L}\p{N}.-]+)/giu;

export function searchableText(message: StoredMessage): string {
  const words = displayedText(message.components);
  return words === '' ? message.content : `${message.content}\n${words}`;
}

/** Whether a message is what a search asks for, apart from its words. */
export function matches(core: Core, query: SearchQuery, message: StoredMessage): boolean {
  return (
    isWithin(query, message) &&
    isBy(core, query, message) &&
    isAbout(core, query, message) &&
    holdsAll(query.has ?? [], message) &&
    isMadeOf(query, message)
  );
}

function isWithin({ min_id: min, max_id: max, pinned }: SearchQuery, message: StoredMessage): boolean {
  if (min !== undefined && compareSnowflakes(message.id, min) <= 0) return false;
  if (max !== undefined && compareSnowflakes(message.id, max) >= 0) return false;
  return pinned === undefined || message.pinned === pinned;
}

function isBy(core: Core, query: SearchQuery, message: StoredMessage): boolean {
  if (query.author_id !== null && !query.author_id.has(message.authorId)) return false;
  if (query.author_type === null) return true;
  const isBot = core.world.users.get(message.authorId)?.bot === true;
  const kind = message.webhook !== null ? 'webhook' : isBot ? 'bot' : 'user';
  const wanted = [...query.author_type].filter((type) => !type.startsWith('-'));
  return !query.author_type.has(`-${kind}`) && (wanted.length === 0 || wanted.includes(kind));
}

function isAbout(core: Core, query: SearchQuery, message: StoredMessage): boolean {
  const { reference, mentionUserIds, mentionRoleIds, mentionEveryone } = message;
  const answered = reference !== null && (reference.type ?? 0) === 0 ? reference.messageId : null;
  if (query.mention_everyone !== undefined && mentionEveryone !== query.mention_everyone) return false;
  if (query.mentions !== null && !mentionUserIds.some((id) => query.mentions?.has(id))) return false;
  if (query.mentions_role_id !== null && !mentionRoleIds.some((id) => query.mentions_role_id?.has(id))) return false;
  if (query.replied_to_message_id !== null && !query.replied_to_message_id.has(answered ?? '')) return false;
  if (query.replied_to_user_id === null) return true;
  return query.replied_to_user_id.has(core.world.messages.get(answered ?? '')?.authorId ?? '');
}

function holdsAll(wanted: Iterable<string>, message: StoredMessage): boolean {
  for (const name of wanted) {
    if (name.startsWith('-') ? holds(message, name.slice(1)) : !holds(message, name)) return false;
  }
  return true;
}

/** Source: "Search Has Types" in Discord's message resource. */
function holds(message: StoredMessage, name: string): boolean {
  const { attachments, embeds } = message;
  const hasFile = (kind: string): boolean =>
    attachments.some((attachment) => attachment.content_type?.startsWith(kind) === true);
  switch (name) {
    case 'link':
      return hostsOf(message).length > 0;
    case 'embed':
      return embeds.length > 0;
    case 'file':
      return attachments.length > 0;
    case 'image':
      return hasFile('image/') || embeds.some((embed) => embed.image != null || embed.thumbnail != null);
    case 'video':
      return hasFile('video/') || embeds.some((embed) => embed.video != null);
    case 'sound':
      return hasFile('audio/');
    case 'sticker':
      return (message.stickers?.length ?? 0) > 0;
    case 'poll':
      return message.poll != null;
    default:
      return message.snapshot != null;
  }
}

function hostsOf(message: StoredMessage): string[] {
  return [...searchableText(message).matchAll(LINK)].map(([, host = '']) => host.toLowerCase());
}

function isMadeOf(query: SearchQuery, message: StoredMessage): boolean {
  const { attachments, embeds } = message;
  const names = attachments.map(({ filename }) => filename.toLowerCase());
  const extensions = names.map((name) => extname(name).slice(1));
  const providers = embeds.flatMap(({ provider }) => provider?.name ?? []);
  return (
    holdsOne(query.link_hostname, () => hostsOf(message), true) &&
    holdsOne(query.attachment_filename, () => names, true) &&
    holdsOne(query.attachment_extension, () => extensions, true) &&
    holdsOne(query.embed_provider, () => providers) &&
    holdsOne(query.embed_type, () => embeds.map(embedKind))
  );
}

function holdsOne(wanted: ReadonlySet<string> | null, found: () => string[], ignoreCase = false): boolean {
  if (wanted === null) return true;
  const names = ignoreCase ? new Set([...wanted].map((name) => name.toLowerCase())) : wanted;
  return found().some((name) => names.has(name));
}

function embedKind({ type, image, video }: StoredMessage['embeds'][number]): string {
  const name: string = type ?? 'rich';
  if (name === 'gifv') return 'gif';
  if (['image', 'video', 'article'].includes(name)) return name;
  return video != null ? 'video' : image != null ? 'image' : 'article';
}
