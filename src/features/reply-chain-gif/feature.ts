/**
 * Makes an animation of the images of a reply chain: by "gif" as a reply, by command, or from the menu of a message. A request is
 * stored with its job; a worker finds the chain, loads its images and shows the animation.
 *
 * Invariants: a request is answered once, whatever crashes; images of members who don't want to be read are left out; foreign
 * files are decoded in processes of their own alone; the bytes of all requests together are bounded.
 */
import { z } from 'zod';
import { defineFeature, defineJob } from '../../sdk/index.ts';
import { chainComponents } from './actions.ts';
import { claimKeyword } from './claim.ts';
import { gifCommand, makeGifCommand } from './commands.ts';
import { runChain, tellOfLoss } from './run.ts';
import { chainSettings } from './settings.ts';
import { deleteRequestsBefore, deleteRequestsOf, exportRequests } from './store.ts';

const payload = z.strictObject({ requestId: z.uuid() });

export const feature = defineFeature({
  name: 'reply-chain-gif',
  summary: 'Makes a GIF, WebP or video of all images of a reply chain, and a smooth zoom of images zoomed out of.',
  intents: ['Guilds', 'GuildMessages', 'DirectMessages', 'MessageContent'],
  settings: chainSettings,
  setup: (context) => ({
    claims: [{ place: 'reply-keyword', claim: (message) => claimKeyword(context, message) }],
    commands: [gifCommand(context)],
    messageCommands: [makeGifCommand(context)],
    components: chainComponents(context),
    // Each may take a core and hundreds of megabytes.
    queues: { gifs: { concurrency: 1 } },
    jobs: {
      make: defineJob({
        payload,
        run: ({ requestId }, run) => runChain(context, run, requestId),
        afterLoss: ({ requestId }, run) => tellOfLoss(context, run, requestId),
      }),
    },
    exportUser: (userId) => exportRequests(context.db, userId),
    forgetUser: deleteRequestsOf,
    expire: deleteRequestsBefore,
  }),
});
