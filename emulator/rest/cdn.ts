import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Core } from '../contract.ts';

/** What a browser may show in place; everything else is offered as a download, so that no upload runs as a page. */
const SHOWN_TYPES = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/|text\/plain)/;

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

/** The colours of Discord's six default avatars. */
const DEFAULT_AVATAR_COLORS = ['#5865f2', '#757e8a', '#3ba55c', '#faa61a', '#ed4245', '#eb459f'];

/** Serves attachments, avatars, icons and emojis under `/cdn`, as Discord's content network does. */
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
  for (const folder of ['avatars', 'icons'] as const) {
    app.get<{ Params: { ownerId: string; filename: string } }>(
      `/cdn/${folder}/:ownerId/:filename`,
      ({ params }, reply) => {
        const { name, type } = parseFilename(params.filename);
        if (!/^(a_)?[0-9a-f]{32}$/.test(name)) return notFound(reply);
        return send(reply, core.files.get(`${folder}/${name}`), type);
      },
    );
  }
  app.get<{ Params: { filename: string } }>('/cdn/embed/avatars/:filename', ({ params }, reply) => {
    const color = DEFAULT_AVATAR_COLORS[Number(parseFilename(params.filename).name)];
    if (color === undefined) return notFound(reply);
    return send(reply, Buffer.from(defaultAvatar(color)), 'image/svg+xml');
  });
}

function parseFilename(filename: string): { name: string; type: string } {
  const extension = extname(filename);
  return { name: filename.slice(0, filename.length - extension.length), type: IMAGE_TYPES[extension] ?? 'image/png' };
}

function defaultAvatar(color: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="${color}"/>` +
    '<circle cx="32" cy="25" r="11" fill="#fff"/><path d="M11 60a21 21 0 0 1 42 0z" fill="#fff"/></svg>'
  );
}

function send(reply: FastifyReply, data: Buffer | undefined, type: string): FastifyReply {
  if (data === undefined) return notFound(reply);
  void reply
    .type(type)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
    .header('cache-control', 'public, max-age=31536000, immutable');
  if (!SHOWN_TYPES.test(type) && type !== 'image/svg+xml') void reply.header('content-disposition', 'attachment');
  return reply.send(data);
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain; charset=utf-8').send('This content is no longer available.');
}
