import { z } from 'zod';
import { pollForm } from './polls.ts';
import { stickerIds } from './stickers.ts';
import { integer, lengthOf, problem, snowflake, text, url } from '../forms.ts';

/** Limits of messages. Source: Discord's documentation, Message resource ("Create Message", "Embed Limits"). */
export const MESSAGE_LIMITS = {
  content: 2000,
  embeds: 10,
  embedCharacters: 6000,
  files: 10,
  components: 40,
  nonce: 25,
  reactions: 20,
  pins: 50,
} as const;

const media = z.object({ url });

const embed = z.object({
  title: text(0, 256, { trimmed: true }).nullish(),
  description: text(0, 4096, { trimmed: true }).nullish(),
  url: url.nullish(),
  timestamp: z
    .string()
    .superRefine((value, context) => {
      if (Number.isNaN(Date.parse(value))) {
        problem(context, 'DATE_TIME_TYPE_PARSE', `Could not parse ${value.slice(0, 100)}. Should be ISO8601.`);
      }
    })
    .nullish(),
  color: integer(0, 0xffffff).nullish(),
  footer: z.object({ text: text(1, 2048, { trimmed: true }), icon_url: url.nullish() }).nullish(),
  image: media.nullish(),
  thumbnail: media.nullish(),
  author: z.object({ name: text(1, 256, { trimmed: true }), url: url.nullish(), icon_url: url.nullish() }).nullish(),
  fields: z
    .array(
      z.object({
        name: text(1, 256, { trimmed: true }),
        value: text(1, 1024, { trimmed: true }),
        inline: z.boolean().nullish(),
      }),
    )
    .max(25)
    .nullish(),
});

export type EmbedForm = z.output<typeof embed>;

function charactersOf(form: EmbedForm): number {
  const texts = [form.title, form.description, form.footer?.text, form.author?.name];
  for (const field of form.fields ?? []) texts.push(field.name, field.value);
  return texts.reduce<number>((sum, part) => sum + lengthOf(part ?? ''), 0);
}

const embeds = z
  .array(embed)
  .max(MESSAGE_LIMITS.embeds)
  .superRefine((forms, context) => {
    let total = 0;
    forms.forEach((form, index) => {
      const own = charactersOf(form);
      total += own;
      if (own === 0 && isBare(form))
        problem(context, 'BASE_TYPE_REQUIRED', 'This field is required', [index, 'description']);
      if (total > MESSAGE_LIMITS.embedCharacters) {
        const message = `Embed size exceeds maximum size of ${MESSAGE_LIMITS.embedCharacters}`;
        problem(context, 'MAX_EMBED_SIZE_EXCEEDED', message, [index]);
      }
    });
  });

function isBare(form: EmbedForm): boolean {
  return [form.image, form.thumbnail, form.url, form.footer, form.author].every((part) => part == null);
}

const allowedMentions = z
  .object({
    parse: z.array(z.enum(['roles', 'users', 'everyone'])).nullish(),
    users: z.array(snowflake).max(100).nullish(),
    roles: z.array(snowflake).max(100).nullish(),
    replied_user: z.boolean().nullish(),
  })
  .superRefine((value, context) => {
    for (const kind of ['users', 'roles'] as const) {
      if (value.parse?.includes(kind) === true && (value[kind]?.length ?? 0) > 0) {
        const message = `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`;
        problem(context, 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', message);
      }
    }
  });

export type AllowedMentionsForm = z.output<typeof allowedMentions>;

export const messageForm = z.object({
  content: text(0, MESSAGE_LIMITS.content, { trimmed: true }).nullish(),
  embeds: embeds.nullish(),
  components: z.array(z.unknown()).max(MESSAGE_LIMITS.components).nullish(),
  allowed_mentions: allowedMentions.nullish(),
  flags: integer(0, Number.MAX_SAFE_INTEGER).nullish(),
  tts: z.boolean().nullish(),
  nonce: z
    .union([z.int(), z.string()])
    .superRefine((value, context) => {
      if (String(value).length > MESSAGE_LIMITS.nonce) {
        problem(context, 'NONCE_TYPE_TOO_LONG', `Nonce must be ${MESSAGE_LIMITS.nonce} or fewer in length.`);
      }
    })
    .nullish(),
  enforce_nonce: z.boolean().nullish(),
  message_reference: z
    .object({
      type: integer(0, 1).nullish(),
      message_id: snowflake.nullish(),
      channel_id: snowflake.nullish(),
      guild_id: snowflake.nullish(),
      fail_if_not_exists: z.boolean().nullish(),
    })
    .nullish(),
  attachments: z
    .array(
      z.object({
        id: snowflake,
        filename: text(0, 1024).nullish(),
        description: text(0, 1024).nullish(),
        title: text(0, 1024).nullish(),
        duration_secs: z.number().min(0).max(0x7fffffff).nullish(),
        waveform: text(0, 400).nullish(),
        is_spoiler: z.boolean().nullish(),
      }),
    )
    .max(MESSAGE_LIMITS.files)
    .nullish(),
  poll: pollForm.nullish(),
  sticker_ids: stickerIds.nullish(),
});

export type MessageForm = z.output<typeof messageForm>;
