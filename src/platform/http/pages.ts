import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** The built pages. */
export interface Pages {
  /** Where they are or will be. */
  folder: string;
  /** Builds them where they are missing or stale. Called when the first person asks, once; never rejects. */
  prepare(): Promise<unknown>;
}

const file = 'dashboard.html';
/** How long a person waits for a page that has to be built, before they are told so. */
const patienceMs = 1000;

/** Scripts and requests of this origin alone; Mantine sets styles on elements. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const waiting =
  '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Familiar</title>' +
  '<p>The dashboard is being built. This page opens it in a moment.</p>';
const missing = 'The dashboard could not be built: "npm run build" shows why.\n';

/** `/dashboard` and its files. Nothing of them is secret: what they show comes from `/api`, with a key. */
export async function addPages(server: FastifyInstance, { folder, prepare }: Pages): Promise<void> {
  await server.register(fastifyStatic, {
    ...{ root: folder, serve: false, cacheControl: false },
    setHeaders: (reply, path) => {
      for (const [name, value] of headersFor(path)) reply.header(name, value);
    },
  });
  let prepared: Promise<unknown> | undefined;
  let isPrepared = false;
  server.get('/dashboard', async (_request, reply) => {
    prepared ??= prepare().then(() => (isPrepared = true));
    await Promise.race([prepared, delay(patienceMs, undefined, { ref: false })]);
    if (existsSync(join(folder, file)) && isPrepared) return reply.sendFile(file);
    for (const [name, value] of headersFor('')) void reply.header(name, value);
    return isPrepared
      ? reply.code(503).type('text/plain; charset=utf-8').send(missing)
      : reply.code(503).type('text/html; charset=utf-8').send(waiting);
  });
  server.get<{ Params: { name: string } }>('/assets/:name', ({ params }, reply): FastifyReply => {
    if (!/^[\w-]+(\.[\w-]+)+$/.test(params.name)) return reply.code(404).send();
    return reply.sendFile(`assets/${params.name}`);
  });
}

function headersFor(path: string): [name: string, value: string][] {
  // The names of built files change with what is in them.
  const isHashed = path.includes(`${sep}assets${sep}`);
  return [
    ['content-security-policy', contentSecurityPolicy],
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'no-referrer'],
    ['cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache'],
  ];
}
