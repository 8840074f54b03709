import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { customId } from '../../sdk/index.ts';
import type { MadeAnimation, OutgoingFile, Translate } from '../../sdk/index.ts';

const resultName = 'reply-chain';

/** Whether a file of the bot's is an animation of this feature, which is no part of another one. */
export const isResult = (filename: string): boolean => /^(SPOILER_)?reply-chain\.(gif|webp|mp4)$/.test(filename);

export interface MadeChain {
  animation: MadeAnimation;
  isZoom: boolean;
  /** All frames of animated images were wanted, so that frames were left out in place of images. */
  animated: boolean;
  /** How many images went into it. */
  images: number;
  /** Images that were not loaded, and why. */
  tooMany: number;
  unread: number;
  unwilling: number;
  /** In bytes. */
  mostBytes: number;
  isSpoiler: boolean;
  /** Whether the images are zoomed out of each other. */
  canZoom: boolean;
  /** Why the chain ends before its first message, and how many images it has until there. */
  cut?: { why: 'deleted' | 'long'; reached: number };
}

/** `🎞️ 12 images, 768 × 768, 5.3 MB; 2 left out to stay below 8 MB`. */
export function factsOf(made: MadeChain, t: Translate): string {
  const { animation, isZoom, animated, images, tooMany, unread, unwilling, mostBytes, cut } = made;
  const { width, height, bytes, leftOut } = animation;
  const isByImage = !animated && !isZoom;
  const shown = isByImage ? images - leftOut : images;
  const size = (bytes.length / 1_000_000).toFixed(1);
  const most = Math.floor(mostBytes / 1_000_000);
  const without: [string, number][] = [
    ['left-out.size', isByImage ? leftOut : 0],
    ['left-out.frames', animated && !isZoom ? leftOut : 0],
    ['left-out.many', tooMany],
    ['left-out.unread', unread],
    ['left-out.unwilling', unwilling],
  ];
  const notes = without.filter(([, count]) => count > 0).map(([key, count]) => t(key, { count, most }));
  if (cut) notes.push(t(`cut.${cut.why}`, { count: cut.reached }));
  return [t(isZoom ? 'made.zoom' : 'made.images', { count: shown, width, height, size }), ...notes].join('; ');
}

export function fileOf({ animation, isSpoiler, images }: MadeChain, t: Translate): OutgoingFile {
  const { contentType, bytes } = animation;
  const ending = contentType.slice(contentType.indexOf('/') + 1);
  return {
    ...{ name: `${resultName}.${ending}`, contentType, data: bytes, description: t('alt', { count: images }) },
    ...(isSpoiler && { spoiler: true }),
  };
}

const row = (action: string, id: string, emoji: string, t: Translate): APIMessageTopLevelComponent[] => [
  {
    type: ComponentType.ActionRow,
    components: [
      {
        type: ComponentType.Button,
        style: ButtonStyle.Secondary,
        custom_id: customId('reply-chain-gif', action, id),
        label: t(`buttons.${action}`),
        emoji: { name: emoji },
      },
    ],
  },
];

export const cancelRow = (requestId: string, t: Translate) => row('cancel', requestId, '⏹️', t);
export const zoomRow = (requestId: string, t: Translate) => row('zoom', requestId, '🔭', t);
