import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { defaultAvatar, standardStickerLottie, standardStickerPng } from '../artwork.ts';
import type { Core } from '../contract.ts';

/** What a browser may show in place; everything else is offered as a download, so that no upload runs as a page. */
const SHOWN_TYPES = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/|text\/plain|application\/json$)/;

const STICKER_EXTENSIONS: Readonly<Record<number, string>> = { 1: '.png', 2: '.png', 3: '.json', 4: '.gif' };

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

/** Serves attachments, pictures of profiles, emojis and stickers under `/cdn`, as Discord's content network does. */
export function registerCdn(app: FastifyInstance, core: Core): void {
  app.get<{ Params: { channelId: string; attachmentId: string; filename: string } }>(
    '/cdn/attachments/:channelId/:attachmentId/:filename',
    ({ params }, reply) => {
      const attachment = core.world.attachmentById(params.attachmentId);
      if (attachment === undefined || attachment.filename !== params.filename) return notFound(reply);
      return send(reply, core.files.get(attachment.file), attachment.content_type ?? 'application/octet-stream');
    },
  );
  app.get<{ Params: { filename: string } }>('/cdn/emojis/:filename', ({ params }, reply) => {
    const { name, type } = parseFilename(params.filename);
    const emoji = core.world.emojis.get(name);
    return emoji === undefined ? notFound(reply) : send(reply, core.files.get(emoji.file), type);
  });
  for (const folder of ['avatars', 'banners', 'icons', 'app-icons'] as const) {
    app.get<{ Params: { filename: string } }>(`/cdn/${folder}/:ownerId/:filename`, ({ params }, reply) =>
      sendPicture(core, folder, params.filename, reply),
    );
  }
  for (const folder of ['avatars', 'banners'] as const) {
    app.get<{ Params: { filename: string } }>(
      `/cdn/guilds/:guildId/users/:userId/${folder}/:filename`,
      ({ params }, reply) => sendPicture(core, folder, params.filename, reply),
    );
  }
  app.get<{ Params: { filename: string }; Querystring: { size?: string } }>(
    '/cdn/stickers/:filename',
    ({ params, query }, reply) => sendSticker(core, params.filename, query.size, reply),
  );
  app.get<{ Params: { filename: string }; Querystring: { size?: string } }>(
    '/cdn/embed/avatars/:filename',
    ({ params, query }, reply) => {
      const { name } = parseFilename(params.filename);
      return send(reply, /^\d$/.test(name) ? defaultAvatar(Number(name), query.size) : undefined, 'image/png');
    },
  );
}

/** A picture that a request stored under the hash of its bytes. */
function sendPicture(core: Core, folder: string, filename: string, reply: FastifyReply): FastifyReply {
  const { name, type } = parseFilename(filename);
  if (!/^(a_)?[0-9a-f]{32}$/.test(name)) return notFound(reply);
  return send(reply, core.files.get(`${folder}/${name}`), type);
}

/** Stickers come in the format they have: the extension asks for nothing else. */
function sendSticker(core: Core, filename: string, size: string | undefined, reply: FastifyReply): FastifyReply {
  const { name, extension, type } = parseFilename(filename);
  const isLottie = extension === '.json';
  const sticker = core.world.stickers.get(name);
  if (sticker === undefined) {
    if (isLottie) return send(reply, standardStickerLottie(name), 'application/json');
    return send(reply, extension === '.png' ? standardStickerPng(name, size) : undefined, type);
  }
  if (STICKER_EXTENSIONS[sticker.formatType] !== extension) return notFound(reply);
  return send(reply, core.files.get(sticker.file), isLottie ? 'application/json' : type);
}

function parseFilename(filename: string): { name: string; extension: string; type: string } {
  const extension = extname(filename);
  const name = filename.slice(0, filename.length - extension.length);
  return { name, extension, type: IMAGE_TYPES[extension] ?? 'image/png' };
}

function send(reply: FastifyReply, data: Buffer | undefined, type: string): FastifyReply {
  if (data === undefined) return notFound(reply);
  void reply
    .type(type)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
    .header('cache-control', 'public, max-age=31536000, immutable');
  if (!SHOWN_TYPES.test(type)) void reply.header('content-disposition', 'attachment');
  return reply.send(data);
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain; charset=utf-8').send('This content is no longer available.');
}
