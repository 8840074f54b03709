/** As "in 3 hours", which Discord shows in the reader's own language and keeps true. */
export const relativeMoment = (unixMs: number): string => `<t:${Math.ceil(unixMs / 1000)}:R>`;

/** As "16:20:30" in the reader's own time. For what is over soon: as "2 minutes ago", it would read like a mistake. */
export const clockMoment = (unixMs: number): string => `<t:${Math.ceil(unixMs / 1000)}:T>`;

/** As "1 December 2026 16:20" in the reader's own time and language. */
export const dateMoment = (unixMs: number): string => `<t:${Math.ceil(unixMs / 1000)}:f>`;
