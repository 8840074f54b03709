import type { ComponentCall, ComponentHandler, ComponentRight } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { galleryControls } from '../gallery/components.ts';
import type { Submitted } from '../submission.ts';
import { cancel } from './cancel.ts';
import { cellActions, submitCells } from './cells.ts';
import { confirmDraft, endQuestion } from './confirm.ts';
import { remove } from './delete.ts';
import { deriveImage, repeatImage } from './derive.ts';
import { editForm, submitEdit, submitTarget } from './edit.ts';
import { setFavouriteBy } from './favourite.ts';
import { showInfo } from './info.ts';
import { pick, showMore } from './more.ts';
import { reached } from './reach.ts';
import { retry } from './retry.ts';
import { pickTarget, upscaleFactor } from './target.ts';
import { isSeenSoon, receiptOf } from '../view/receipt.ts';

type Press = (call: ComponentCall) => Promise<void>;
type Control = Pick<ComponentHandler, 'right' | 'access'> & { run: Press };

const draws: ComponentRight = { commands: ['imagine'] };
const edits: ComponentRight = { commands: ['image edit'] };
const varies: ComponentRight = { commands: ['image variations'] };
const outpaints: ComponentRight = { commands: ['image outpaint'] };
const upscales: ComponentRight = { commands: ['image upscale'] };
const ends: ComponentRight = { none: 'People may always end what they pay for.' };
const owns: ComponentRight = {
  none: 'Askers may always remove their own images, and moderators what is shown with them.',
};
const leads: ComponentRight = { none: 'It only leads to what asks for its own right.' };
const reads: ComponentRight = { none: 'It shows what stands in the channel already.' };

/** How far a variation may be from its image. */
const varyStrength = 0.55;

/** The buttons and menus of images. What they are about is a row, so that they work after a restart. */
export function imageComponents(context: ImageContext): Record<string, ComponentHandler> {
  const begin =
    (make: (call: ComponentCall) => Promise<Submitted>): Press =>
    async (call) => {
      const submitted = await make(call);
      if (call.message && isSeenSoon(submitted)) await call.acknowledge();
      else await call.reply(receiptOf(submitted, call.t));
    };
  const derive = (change: Parameters<typeof deriveImage>[3]): Press =>
    begin(async (call) => deriveImage(context, call, await reached(context, call), change));
  const answered =
    (make: (call: ComponentCall) => Promise<Submitted>): Press =>
    async (call) =>
      endQuestion(context, call, await make(call));
  const part = answered((call) => submitCells(context, call));
  const controls: Record<string, Control> = {
    again: { right: draws, run: begin(async (call) => repeatImage(context, call, await reached(context, call))) },
    retry: { right: draws, run: begin((call) => retry(context, call)) },
    vary: { right: varies, run: derive({ mode: 'vary', strength: varyStrength }) },
    upscale: { right: upscales, run: derive({ mode: 'upscale', factor: upscaleFactor, prompt: '' }) },
    edit: { right: edits, run: (call) => editForm(context, call) },
    'edit-now': { right: edits, run: begin((call) => submitEdit(context, call)) },
    'edit-target': { right: edits, run: begin((call) => submitTarget(context, call)) },
    'target-edit': { right: edits, run: (call) => pickTarget(context, call, 'edit') },
    'target-upscale': { right: upscales, run: (call) => pickTarget(context, call, 'upscale') },
    'target-info': { right: reads, run: (call) => pickTarget(context, call, 'info') },
    'zoom-out': { right: outpaints, run: derive({ mode: 'outpaint', zoom: 1.5 }) },
    'zoom-out-more': { right: outpaints, run: derive({ mode: 'outpaint', zoom: 2 }) },
    'pan-left': { right: outpaints, run: derive({ mode: 'outpaint', pan: 'left' }) },
    'pan-right': { right: outpaints, run: derive({ mode: 'outpaint', pan: 'right' }) },
    'pan-up': { right: outpaints, run: derive({ mode: 'outpaint', pan: 'up' }) },
    'pan-down': { right: outpaints, run: derive({ mode: 'outpaint', pan: 'down' }) },
    [cellActions.inpaint]: { right: { commands: ['image region'] }, run: part },
    [cellActions.erase]: { right: { commands: ['image erase'] }, run: part },
    more: { right: leads, run: (call) => showMore(context, call) },
    pick: { right: leads, run: (call) => pick(context, call) },
    info: { right: reads, run: (call) => showInfo(context, call) },
    favourite: { right: owns, run: (call) => setFavouriteBy(context, call) },
    delete: { right: owns, run: (call) => remove(context, call, 'one') },
    'delete-all': { right: owns, run: (call) => remove(context, call, 'all') },
    confirm: { right: draws, run: answered((call) => confirmDraft(context, call)) },
    ...galleryControls(context),
    free: { right: draws, run: answered((call) => confirmDraft(context, call, { isUnhurried: true })) },
    cancel: { right: ends, run: (call) => cancel(context, call) },
  };
  return Object.fromEntries(Object.entries(controls).map(([name, control]) => [name, { version: 1, ...control }]));
}
