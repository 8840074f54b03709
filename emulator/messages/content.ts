import type { APIEmbed } from 'discord-api-types/v10';
import { MessageFlags, MessageType } from 'discord-api-types/v10';
import type { Core, StoredMessage, UploadedFile } from '../contract.ts';
import { discordError, FormErrors } from '../errors.ts';
import { parseComponents } from './components.ts';
import type { EmbedForm, MessageForm } from './schema.ts';

/** Messages that a member or a bot wrote; all others are Discord's own. */
export const NORMAL_TYPES: readonly number[] = [
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
];

/** What a message says beside its components, as far as it excludes others. */
interface Legacy {
  content?: unknown;
  embeds?: unknown;
  sticker_ids?: unknown;
  poll?: unknown;
}

export function isLayout(flags: number): boolean {
  return (flags & MessageFlags.IsComponentsV2) !== 0;
}

/** A layout holds everything that its message says; 50035 for each other field that is not empty. */
export function requireOnlyLayout(flags: number, legacy: Legacy): void {
  if (!isLayout(flags)) return;
  const errors = new FormErrors();
  for (const field of ['content', 'embeds', 'sticker_ids', 'poll'] as const) {
    const value = legacy[field];
    if (value == null || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    const message = `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`;
    errors.add([field], 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2', message);
  }
  errors.throwIfAny();
}

/** Checks what layouts forbid and parses the components. */
export function componentsOf(form: MessageForm, flags: number): StoredMessage['components'] {
  requireOnlyLayout(flags, form);
  return parseComponents(form.components ?? [], flags);
}

/**
 * Voice messages hold one sound with its length and its waveform and nothing else. Source: "Voice Messages" in Discord's
 * message resource. Throws 50159, 50160 and 50161.
 */
export function checkVoiceMessage(
  form: MessageForm,
  files: readonly UploadedFile[],
  flags: number,
  contentTypeOf: (file: UploadedFile) => string,
): void {
  if ((flags & MessageFlags.IsVoiceMessage) === 0) return;
  const more = [form.embeds, form.components, form.sticker_ids].some((list) => (list?.length ?? 0) > 0);
  if (more || form.content || form.poll != null || form.message_reference?.type === 1) {
    throw discordError('voiceMessageContent');
  }
  const [file] = files;
  if (file === undefined || files.length > 1 || !contentTypeOf(file).startsWith('audio/')) {
    throw discordError('voiceMessageFile');
  }
  const described = form.attachments?.find(({ id }) => id === String(file.index));
  if (described?.duration_secs == null || !isWaveform(described.waveform)) throw discordError('voiceMessageMetadata');
}

function isWaveform(waveform: string | null | undefined): boolean {
  return waveform != null && /^[A-Za-z0-9+/]+={0,2}$/.test(waveform) && waveform.length % 4 === 0;
}

export function toEmbed(form: EmbedForm): APIEmbed {
  const kept = Object.entries(form).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const embed: Record<string, unknown> = { type: 'rich', ...Object.fromEntries(kept) };
  if (form.timestamp != null) embed['timestamp'] = new Date(form.timestamp).toISOString();
  if (form.fields != null) embed['fields'] = form.fields.map((field) => ({ ...field, inline: field.inline ?? false }));
  for (const key of ['footer', 'author'] as const) {
    const line = form[key];
    if (line != null) embed[key] = Object.fromEntries(Object.entries(line).filter(([, value]) => value != null));
  }
  return embed;
}

export function isoNow(core: Core): string {
  return new Date(core.clock.now()).toISOString();
}
