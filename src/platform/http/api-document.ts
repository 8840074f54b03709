import { z } from 'zod';
import type { ApiOptions, ApiRoute } from './api-route.ts';

type JsonSchema = Record<string, unknown>;

/** The routes as an OpenAPI 3.1 document, made from the same schemas that check requests and answers. */
export function apiDocument({
  routes,
  publicUrl,
  version,
}: Pick<ApiOptions, 'routes' | 'publicUrl' | 'version'>): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = `/api/${route.feature}${route.path.replaceAll(/:([A-Za-z]\w*)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Familiar', version },
    ...(publicUrl !== undefined && { servers: [{ url: publicUrl.replace(/\/$/, '') }] }),
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'A key of http.apiKeys.' } },
      schemas: { Refusal: schemaOf(refusal, 'output') },
    },
  };
}

const refusal = z.object({
  error: z.string().describe('A code that stays the same.'),
  message: z.string().describe('A sentence for people.'),
  problems: z
    .array(z.object({ path: z.string(), message: z.string(), allowed: z.array(z.string()).optional() }))
    .optional(),
});

function operation(route: ApiRoute): object {
  const isPublic = route.scope === 'public';
  return {
    operationId: `${route.method.toLowerCase()} ${route.feature}${route.path}`.replaceAll(/[^a-z0-9]+/gi, '-'),
    tags: [route.feature],
    summary: route.summary,
    ...(!isPublic && { security: [{ apiKey: [] }], 'x-scope': route.scope }),
    parameters: [
      ...parametersOf('path', route.params),
      ...parametersOf('query', route.query),
      ...(route.raw?.headers ?? []).map((name) => ({ name, in: 'header', schema: { type: 'string' } })),
    ],
    ...(route.raw && { requestBody: { content: { [route.raw.contentType]: {} } } }),
    ...(route.body && { requestBody: { required: true, content: json(schemaOf(route.body, 'input')) } }),
    responses: {
      ...answerOf(route),
      '4XX': { description: 'Refused.', content: json({ $ref: '#/components/schemas/Refusal' }) },
    },
  };
}

function answerOf({ response, file }: ApiRoute): object {
  if (file !== undefined) return { 200: { description: 'The file.', content: { [file]: {} } } };
  return response
    ? { 200: { description: 'Done.', content: json(schemaOf(response, 'output')) } }
    : { 204: { description: 'Done.' } };
}

const json = (schema: JsonSchema): object => ({ 'application/json': { schema } });

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return rest;
}
