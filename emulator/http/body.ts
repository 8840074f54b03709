import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { UploadedFile } from '../contract.ts';
import { DiscordError, discordError } from '../errors.ts';
import { parseJson } from './json.ts';

/** Discord's default upload limit for one file, in bytes (10 MiB). */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** More than this many files in one request are not read. Discord allows 10 in a message. */
const MAX_FILES_READ = 11;
/** The body itself, which is read as a file is. */
const PAYLOAD_FIELD = 'payload_json';
/** JSON bodies carry at most one image as base64. */
const MAX_JSON_BYTES = 16 * 1024 * 1024;
const MAX_MULTIPART_BYTES = MAX_FILES_READ * MAX_FILE_BYTES + MAX_JSON_BYTES;

interface ParsedBody {
  body: unknown;
  files: UploadedFile[];
}

export async function acceptBodies(app: FastifyInstance): Promise<void> {
  await app.register(multipart, {
    limits: { fileSize: MAX_FILE_BYTES, files: MAX_FILES_READ + 1, fields: 100, fieldSize: MAX_JSON_BYTES, parts: 200 },
    // Some libraries name a content type for the payload, and the parser would then take it apart and lose digits of ids.
    isPartAFile: (name, contentType, filename) =>
      filename !== undefined || name === PAYLOAD_FIELD || contentType === 'application/octet-stream',
  });
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_JSON_BYTES },
    (_request, text, done) => {
      try {
        done(null, parseJson(text as string));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_JSON_BYTES }, (_request, _body, done) => {
    done(null, undefined);
  });
}

export const bodyLimitBytes = MAX_MULTIPART_BYTES;

/** Takes multipart apart: `payload_json` is the body, loose fields join it, `files[n]` are the files. */
export async function readBody(request: FastifyRequest): Promise<ParsedBody> {
  if (!request.isMultipart()) return { body: request.body, files: [] };
  try {
    return await readParts(request);
  } catch (error) {
    const isKnown = error instanceof DiscordError || (error as { code?: string }).code?.startsWith('FST_') === true;
    throw isKnown ? error : new DiscordError(400, 0, '400: Bad Request');
  }
}

async function readParts(request: FastifyRequest): Promise<ParsedBody> {
  const files: UploadedFile[] = [];
  let body: Record<string, unknown> = {};
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      const data = await part.toBuffer();
      if (part.fieldname === PAYLOAD_FIELD) {
        body = { ...body, ...parsePayload(data) };
        continue;
      }
      const index = /^files?\[(\d+)\]$/.exec(part.fieldname)?.[1];
      files.push({
        index: index === undefined ? files.length : Number(index),
        filename: part.filename || 'unknown',
        contentType: part.mimetype,
        data,
      });
    } else {
      body[part.fieldname] = part.value;
    }
  }
  return { body, files };
}

function parsePayload(data: Buffer): object {
  const payload = parseJson(data.toString('utf8'));
  if (typeof payload !== 'object' || payload === null) throw discordError('invalidJson');
  return payload;
}
