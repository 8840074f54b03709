import { ComponentType, EmbedType, MessageFlags, MessageReferenceType, MessageType } from 'discord-api-types/v10';
import type {
  APIAttachment,
  APIComponentInContainer,
  APIEmbed,
  APIMessage,
  APIMessageTopLevelComponent,
  APIPoll,
  APIUnfurledMediaItem,
} from 'discord-api-types/v10';
import { oneLine } from '../../../kernel/one-line.ts';

/** What of a message is looked at. Partial, because interactions and forwards come without some of it. */
export type Message = Pick<APIMessage, 'content'> &
  Partial<
    Pick<
      APIMessage,
      | 'attachments'
      | 'components'
      | 'embeds'
      | 'flags'
      | 'message_reference'
      | 'message_snapshots'
      | 'poll'
      | 'sticker_items'
      | 'type'
    >
  >;

/** A message with a long embed holds some 10,000. */
const mostCharacters = 10_000;
/** On a line with others, each has to leave room for the next. */
const mostOnLine = 2000;
/** Discord takes 40 components, three levels deep. */
const mostComponents = 200;
const deepest = 6;

/** Kinds of messages that people wrote, or that hold what people wrote. */
const saidTypes: readonly MessageType[] = [
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
  MessageType.ThreadStarterMessage,
  MessageType.PollResult,
];

/** A thread begins with a message of its channel, which stands for the one that points there. */
export function seenAs<Seen extends Pick<APIMessage, 'type' | 'referenced_message'>>(message: Seen): Seen | APIMessage {
  return (message.type === MessageType.ThreadStarterMessage ? message.referenced_message : null) ?? message;
}

/** Whether there is anything to read in a message that is not only Discord's note of what happened. */
export function isSaid(message: Message & Pick<APIMessage, 'type' | 'referenced_message'>): boolean {
  // Most messages are plain text, and every one of a channel is asked.
  return saidTypes.includes(message.type) && (message.content !== '' || visibleText(seenAs(message)) !== '');
}

/**
 * The words that people see of a message, a block in a line or more: its text, what it forwards, embeds, layouts, polls
 * and stickers. Of its files, see `visibleFiles`.
 */
export function visibleWords(message: Message): string {
  const isForward = message.message_reference?.type === MessageReferenceType.Forward;
  const hidesEmbeds = ((message.flags ?? 0) & MessageFlags.SuppressEmbeds) !== 0;
  const blocks = [
    message.content,
    ...(hidesEmbeds ? [] : (message.embeds ?? []).map(embedWords)),
    componentWords(message.components ?? []),
    ...(message.poll ? [pollWords(message.poll)] : []),
    ...(message.sticker_items ?? []).map(({ name }) => `[Sticker: ${name}]`),
    ...snapshotsOf(message).map((forwarded) => `[Forwarded message:]\n${visibleWords(forwarded)}`.trimEnd()),
    ...(isForward && snapshotsOf(message).length === 0 ? ['[Forwarded message that cannot be read]'] : []),
  ];
  return shortened(blocks.filter((block) => block !== '').join('\n'), mostCharacters);
}

/** The messages that a message forwards. Discord does not tell whose they are. */
function snapshotsOf({ message_snapshots: snapshots = [] }: Message): Message[] {
  // A forward of a forward comes without what that forwarded.
  return snapshots.slice(0, 5).map(({ message }) => ({ ...message, message_snapshots: [] }));
}

/** The files of a message, with those of what it forwards. */
export function visibleFiles(message: Message): APIAttachment[] {
  return [...(message.attachments ?? []), ...snapshotsOf(message).flatMap(({ attachments = [] }) => attachments)];
}

/** What people see of a message: its words and, by their names, its files. */
export function visibleText(message: Message): string {
  const files = visibleFiles(message).map(fileName);
  const named = files.length === 0 ? '' : `[${files.join(', ')}]`;
  return [visibleWords(message), named].filter((part) => part !== '').join(' ');
}

/** The same on one line, so that nothing in it looks like another's. */
export const visibleLine = (message: Message): string => onOneLine(visibleText(message));

export const onOneLine = (text: string): string => shortened(oneLine(text), mostOnLine);

/** Half a surrogate pair is no character. */
const shortened = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

function fileName({ filename, duration_secs: seconds, description }: APIAttachment): string {
  if (seconds !== undefined) return `voice message of ${Math.round(seconds)} s`;
  return description ? `${filename}: ${description}` : filename;
}

function embedWords(embed: APIEmbed): string {
  if ((embed.type as string | undefined) === 'poll_result') return pollResult(embed);
  const { provider, author, title, description, fields = [], image, thumbnail, footer } = embed;
  const lines = [
    // A link's preview names its page.
    embed.type === EmbedType.Rich ? undefined : provider?.name,
    author?.name,
    title,
    description,
    ...fields.map(({ name, value }) => `${name}: ${value}`),
    ...[image, thumbnail].map((picture) => pictureWords(picture)),
    footer?.text,
  ];
  return lines.filter((line) => line !== undefined && line !== '').join('\n');
}

/** Pictures with a description have words. */
function pictureWords(picture: object | undefined): string | undefined {
  const { description } = (picture ?? {}) as { description?: unknown };
  return typeof description === 'string' && description !== '' ? `[Picture: ${description}]` : undefined;
}

/** What Discord writes when a poll has ended, in fields for programs. */
function pollResult({ fields = [] }: APIEmbed): string {
  const of = (name: string) => fields.find((field) => field.name === name)?.value;
  const winner = of('victor_answer_text');
  const result =
    winner === undefined ? 'without a winner' : `${winner} won with ${of('victor_answer_votes') ?? '?'} votes`;
  return `[Poll ended: ${of('poll_question_text') ?? ''}: ${result}]`;
}

function pollWords({ question, answers, results }: APIPoll): string {
  const counts = new Map(results?.answer_counts.map(({ id, count }) => [id, count]));
  const options = answers.map(({ answer_id: id, poll_media: { text, emoji } }) => {
    const votes = counts.get(id) ?? 0;
    const shown = [emoji?.id ? undefined : emoji?.name, text].filter((part) => part !== undefined && part !== null);
    return `- ${shown.join(' ')} (${votes} ${votes === 1 ? 'vote' : 'votes'})`;
  });
  const state = results?.is_finalized ? 'Poll, ended' : 'Poll';
  return [`[${state}: ${question.text ?? ''}]`, ...options].join('\n');
}

type Component = APIMessageTopLevelComponent | APIComponentInContainer;

/** Of a layout. Its buttons and menus are for pressing. */
function componentWords(components: readonly Component[]): string {
  const lines: string[] = [];
  let left = mostComponents;
  const read = (some: readonly Component[], depth: number): void => {
    for (const component of some) {
      left -= 1;
      if (left < 0 || depth > deepest) return;
      lines.push(...wordsOf(component));
      if (component.type === ComponentType.Container) read(component.components, depth + 1);
    }
  };
  read(components, 0);
  return lines.filter((line) => line !== '').join('\n');
}

function wordsOf(component: Component): string[] {
  switch (component.type) {
    case ComponentType.TextDisplay:
      return [component.content];
    case ComponentType.Section: {
      const { accessory, components } = component;
      const picture = accessory.type === ComponentType.Thumbnail ? pictureWords(accessory) : undefined;
      return [...components.map(({ content }) => content), ...(picture === undefined ? [] : [picture])];
    }
    case ComponentType.MediaGallery:
      return component.items.map((item) => pictureWords(item) ?? `[Picture: ${mediaName(item.media)}]`);
    case ComponentType.File:
      return [`[File: ${(component as { name?: string }).name ?? mediaName(component.file)}]`];
    default:
      return [];
  }
}

function mediaName({ url }: APIUnfurledMediaItem): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  return path.slice(path.lastIndexOf('/') + 1);
}
