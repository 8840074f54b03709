import { z } from 'zod';
import { defineFileRoute, FileAnswer, RouteError } from '../../../sdk/index.ts';
import type { Route } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { findShared } from './share-store.ts';
import { isOwnAddress } from './share.ts';
import { endingOf } from './thumbnails.ts';

/** As the bot writes them. Nothing else is ever served, so that no browser runs what it is sent. */
const types: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif'];
/** So long a browser may show a revoked image. */
const cachedSeconds = 60;

/** What is shared. Every address that leads nowhere is answered alike, so that none tells what there was. */
export const galleryRoutes = (context: ImageContext): Route[] => [
  defineFileRoute({
    method: 'GET',
    path: '/shared/:id/:expires/:signature',
    summary: 'An image that its asker shares, until the address expires or is revoked.',
    scope: 'public',
    file: 'image/*',
    params: z.object({ id: z.string(), expires: z.string(), signature: z.string() }),
    run: async ({ params }) => {
      const gone = (): RouteError => new RouteError(404, 'share.gone', 'nothing is shared there');
      const leftMs = Number(params.expires) * 1000 - context.clock.now();
      if (!isOwnAddress(context, params) || !(leftMs > 0)) throw gone();
      const shared = await findShared(context.db, params.id);
      const file = shared && shared.file_id !== null ? await context.files.read(shared.file_id) : null;
      if (!file || !types.includes(file.mime)) throw gone();
      const seconds = Math.min(cachedSeconds, Math.floor(leftMs / 1000));
      return new FileAnswer(file.bytes, file.mime, {
        'content-disposition': `inline; filename="image.${endingOf(file.mime)}"`,
        'cache-control': `private, max-age=${seconds}, must-revalidate`,
        'x-robots-tag': 'noindex',
      });
    },
  }),
];
