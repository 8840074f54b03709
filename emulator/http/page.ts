import { existsSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: https:",
  "media-src 'self' blob: https:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const NO_PAGE = `This is the Discord emulator. Its page is not built yet.

Build it with:  npm run build
Then start again and open this address in a browser.
`;

type UnknownAnswer = (request: FastifyRequest, reply: FastifyReply) => unknown;

/**
 * Serves the page in `folder` at `/`. Paths that name no file get index.html, so that the page may have addresses of its
 * own; `answerUnknown` answers what no route serves under `/api`.
 */
export async function servePage(
  app: FastifyInstance,
  folder: string | null,
  answerUnknown: UnknownAnswer,
): Promise<void> {
  const isBuilt = folder !== null && existsSync(join(folder, 'index.html'));
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: folder,
      cacheControl: false,
      setHeaders: (response, path) => {
        response.header('content-security-policy', CONTENT_SECURITY_POLICY);
        response.header('x-content-type-options', 'nosniff');
        response.header('referrer-policy', 'no-referrer');
        const isHashed = path.includes(`${sep}assets${sep}`);
        response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    if (path.startsWith('/api/') || path === '/api') return answerUnknown(request, reply);
    const isPage = request.method === 'GET' && !/^\/(_control|cdn)(\/|$)/.test(path) && extname(path) === '';
    if (!isPage) return reply.code(404).send({ message: '404: Not Found', code: 0 });
    if (isBuilt) return reply.sendFile('index.html');
    return reply.type('text/plain; charset=utf-8').send(NO_PAGE);
  });
}
