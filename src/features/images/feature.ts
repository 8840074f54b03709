/**
 * Images by prefix, command, button and tool, from any provider. A request is stored with its place in line, paid for in advance
 * in the same transaction; a worker has it drawn, keeps the result, and shows it with buttons that make others of it.
 *
 * Invariants: one request is drawn and charged once, whatever crashes; a result is stored before it is charged, and charged
 * before it is shown; foreign files are decoded in processes of their own alone; prompts are stored encrypted.
 */
import { z } from 'zod';
import { defineFeature, defineJob } from '../../sdk/index.ts';
import { imageComponents } from './actions/index.ts';
import { imageCommand } from './commands/image.ts';
import { imagineCommand } from './commands/imagine.ts';
import { imageMessageCommands } from './commands/message-commands.ts';
import { deleteDraftsOf } from './draft-store.ts';
import { expireDrafts } from './drafts.ts';
import { exportImages } from './export.ts';
import { afterDrawing } from './gallery/batch/run.ts';
import {
  batchJob,
  exportGallery,
  expireGallery,
  forgetGallery,
  galleryListeners,
  sweepGallery,
} from './gallery/index.ts';
import { galleryRoutes } from './gallery/routes.ts';
import { claimPrompt } from './intake/claim.ts';
import { offeredToOthers } from './offered.ts';
import { reportRoutes } from './reports/route.ts';
import { expireReports } from './reports/webhook.ts';
import { imageSettings } from './settings.ts';
import { deleteRequestsBefore, deleteRequestsOf } from './store.ts';
import { imageTools } from './tools.ts';
import { runDrawing, tellOfLoss } from './work/run.ts';

const drawPayload = z.strictObject({ requestId: z.uuid() });

export const feature = defineFeature({
  name: 'images',
  summary: 'Draws, edits and enlarges images by prefix, command and button, with any provider.',
  intents: ['Guilds', 'GuildMessages', 'DirectMessages', 'MessageContent'],
  settings: imageSettings,
  playground: { channels: ['art'], demo: true },
  setup: (context) => ({
    api: offeredToOthers(context),
    claims: [{ place: 'image-prefix', claim: (message) => claimPrompt(context, message) }],
    commands: [imagineCommand(context), imageCommand(context)],
    messageCommands: imageMessageCommands(context),
    tools: imageTools(context),
    components: imageComponents(context),
    jobs: {
      draw: defineJob({
        payload: drawPayload,
        run: async ({ requestId }, run) => {
          await runDrawing(context, run, requestId);
          await afterDrawing(context, requestId);
        },
        afterLoss: ({ requestId }, run) => tellOfLoss(context, run, requestId),
      }),
      batch: batchJob(context),
    },
    queues: { batches: { concurrency: 4 } },
    on: galleryListeners(context),
    routes: [...galleryRoutes(context), ...reportRoutes(context)],
    schedules: [
      { name: 'drafts', everyMs: 60 * 60_000, run: () => expireDrafts(context) },
      { name: 'gallery', everyMs: 10 * 60_000, run: () => sweepGallery(context) },
      { name: 'reports', everyMs: 60 * 60_000, run: () => expireReports(context) },
    ],
    exportUser: async (userId) => ({
      requests: await exportImages(context, userId),
      ...(await exportGallery(context, userId)),
    }),
    forgetUser: async (tx, userId) =>
      (await deleteRequestsOf(tx, userId)) + (await deleteDraftsOf(tx, userId)) + (await forgetGallery(tx, userId)),
    expire: async (tx, expiry) => (await deleteRequestsBefore(tx, expiry)) + (await expireGallery(tx, expiry)),
  }),
});
