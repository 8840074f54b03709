import { z } from 'zod';
import type { StoredPoll } from '../contract.ts';
import { integer, problem, snowflake, text } from '../forms.ts';
import { timestamp } from '../timestamp.ts';

/** Limits of polls. Source: Discord's documentation, Poll resource ("Poll Create Request Object"). */
const MAX_ANSWERS = 10;
const MAX_HOURS = 32 * 24;
const HOUR_MS = 3_600_000;

const emoji = z.object({ id: snowflake.nullish(), name: text(0, 100).nullish() }).nullish();

export const pollForm = z.object({
  question: z.object({ text: text(1, 300) }),
  answers: z
    .array(
      z.object({
        poll_media: z.object({ text: text(1, 55).nullish(), emoji }).superRefine((media, context) => {
          if (media.text == null && media.emoji == null) {
            problem(context, 'BASE_TYPE_REQUIRED', 'This field is required', ['text']);
          }
        }),
      }),
    )
    .min(1)
    .max(MAX_ANSWERS),
  duration: integer(1, MAX_HOURS).nullish(),
  allow_multiselect: z.boolean().nullish(),
  layout_type: z.literal(1).nullish(),
});

export function toPoll(form: z.output<typeof pollForm>, nowMs: number): StoredPoll {
  return {
    question: form.question.text,
    answers: form.answers.map(({ poll_media: { text: words, emoji: picture } }) => ({
      text: words ?? null,
      emoji: picture == null ? null : { id: picture.id ?? null, name: picture.name ?? '' },
      voterIds: [],
    })),
    endsAtMs: nowMs + (form.duration ?? 24) * HOUR_MS,
    allowMultiselect: form.allow_multiselect ?? false,
  };
}

export function hasEnded(poll: StoredPoll, nowMs: number): boolean {
  return nowMs >= poll.endsAtMs;
}

/** A poll as `viewerId` sees it. */
export function pollObject(poll: StoredPoll, viewerId: string, nowMs: number): Record<string, unknown> {
  return {
    question: { text: poll.question },
    answers: poll.answers.map((answer, index) => ({
      answer_id: index + 1,
      poll_media: {
        ...(answer.text === null ? {} : { text: answer.text }),
        ...(answer.emoji === null ? {} : { emoji: answer.emoji }),
      },
    })),
    expiry: timestamp(poll.endsAtMs),
    allow_multiselect: poll.allowMultiselect,
    layout_type: 1,
    results: {
      is_finalized: hasEnded(poll, nowMs),
      answer_counts: poll.answers.map(({ voterIds }, index) => ({
        id: index + 1,
        count: voterIds.length,
        me_voted: voterIds.includes(viewerId),
      })),
    },
  };
}
