import type { ComponentCall, ComponentHandler } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { cancelBatch, startBatch } from './batch/batch.ts';
import { turnGallery } from './gallery.ts';
import { turnLog } from './log.ts';
import { askShare, revoke, share } from './share.ts';
import { showTree } from './tree.ts';

type Control = Pick<ComponentHandler, 'right' | 'access'> & { run(call: ComponentCall): Promise<void> };

const looks = { right: { commands: ['image gallery'] } } as const;
const moderates = { access: 'moderator', right: { commands: ['image log'] } } as const;
const shares = { right: { commands: ['image shared'] } } as const;

/** Buttons and menus of the gallery and what goes with it. */
export const galleryControls = (context: ImageContext): Record<string, Control> => ({
  'gallery-back': { ...looks, run: (call) => turnGallery(context, call, -1) },
  'gallery-next': { ...looks, run: (call) => turnGallery(context, call, 1) },
  'log-back': { ...moderates, run: (call) => turnLog(context, call, -1) },
  'log-next': { ...moderates, run: (call) => turnLog(context, call, 1) },
  tree: { right: { commands: ['image tree'] }, run: (call) => showTree(context, call) },
  share: { ...shares, run: (call) => askShare(context, call) },
  'share-for': { ...shares, run: (call) => share(context, call) },
  'share-revoke': {
    right: { none: 'People may always take back what they shared.' },
    run: (call) => revoke(context, call),
  },
  'batch-start': { right: { commands: ['image batch'] }, run: (call) => startBatch(context, call) },
  'batch-cancel': {
    right: { none: 'People may always end what they pay for.' },
    run: (call) => cancelBatch(context, call),
  },
});
