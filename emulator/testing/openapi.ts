import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv';

type Json = Record<string, unknown>;

/** Discord's own description of its API, when it is at hand: `DISCORD_OPENAPI`, or `shared` beside the checkout. */
export function findOpenApi(): string | undefined {
  const beside = join(import.meta.dirname, '..', '..', '..', 'shared', 'discord-openapi.json');
  return [process.env['DISCORD_OPENAPI'], beside].find((path) => path !== undefined && path !== '' && existsSync(path));
}

interface Operation {
  requestBody?: { content?: Record<string, { schema: Json }> };
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: Json;
}

/** Checks bodies against Discord's OpenAPI description; each schema is compiled when it is first needed. */
export class OpenApiChecker {
  #description: Description;
  #ajv: Ajv2020;
  #compiled = new Map<string, ValidateFunction>();

  constructor(path: string) {
    this.#description = JSON.parse(readFileSync(path, 'utf8')) as Description;
    // Each schema checks few answers: compiling it is what costs, so nothing is inlined or optimised.
    const compilation = { inlineRefs: false, validateSchema: false, code: { optimize: false } };
    this.#ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false, ...compilation });
    this.#ajv.addSchema({ $id: 'discord', components: this.#description.components });
  }

  /** What is wrong with the answer; empty when nothing is, or when Discord describes no such answer. */
  checkResponse(method: string, path: string, status: number, body: unknown): string[] {
    const found = this.#find(method, path);
    if (found === undefined) return [];
    const { responses } = found.operation;
    const response = responses[String(status)] ?? responses[`${Math.floor(status / 100)}XX`];
    if (response === undefined) return [`${method} ${found.path} never answers ${status}`];
    const schema = response.content?.['application/json']?.schema;
    if (schema === undefined)
      return body === undefined ? [] : [`${method} ${found.path} answers ${status} without a body`];
    return this.#check(`${method} ${found.path} ${status}`, schema, body);
  }

  checkRequest(method: string, path: string, body: unknown): string[] {
    const found = this.#find(method, path);
    const content = found?.operation.requestBody?.content;
    const schema = content?.['application/json']?.schema ?? content?.['multipart/form-data']?.schema;
    if (found === undefined || schema === undefined || body === undefined) return [];
    return this.#check(`${method} ${found.path} request`, schema, withNumericBits(body));
  }

  #check(name: string, schema: Json, body: unknown): string[] {
    let validate = this.#compiled.get(name);
    if (validate === undefined) {
      const absolute = JSON.stringify(schema).replaceAll('"#/', '"discord#/');
      validate = this.#ajv.compile(JSON.parse(absolute) as Json);
      this.#compiled.set(name, validate);
    }
    if (validate(body)) return [];
    return (validate.errors ?? [])
      .filter((error) => !isForward(error.instancePath, body))
      .map((error) => `${name}${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`);
  }

  #find(method: string, path: string): { path: string; operation: Operation } | undefined {
    const segments = path.split('?')[0]?.split('/') ?? [];
    const matching = Object.entries(this.#description.paths)
      .filter(([pattern, operations]) => {
        const parts = pattern.split('/');
        if (parts.length !== segments.length || operations[method.toLowerCase()] === undefined) return false;
        return parts.every((part, index) => part.startsWith('{') || part === segments[index]);
      })
      .sort(([left], [right]) => left.split('{').length - right.split('{').length);
    const [best] = matching;
    const operation = best?.[1][method.toLowerCase()];
    return best === undefined || operation === undefined ? undefined : { path: best[0], operation };
  }
}

/** Discord documents forwards, references of type 1, and its description knows replies alone. */
function isForward(instancePath: string, body: unknown): boolean {
  const [before, ...after] = instancePath.split('/message_reference');
  if (after.length === 0) return false;
  const steps = [...(before ?? '').split('/').slice(1), 'message_reference'];
  const reference = steps.reduce<unknown>((value, step) => (value as Json | undefined)?.[step], body);
  return (reference as { type?: unknown } | undefined)?.type === 1;
}

/** The description has permission bits of requests as integers, Discord's documentation as strings; both are taken. */
function withNumericBits(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    ['permissions', 'allow', 'deny'].includes(key) && typeof value === 'string' ? Number(value) : value,
  );
}
