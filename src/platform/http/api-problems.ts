import type { z } from 'zod';

/** One thing that is wrong with a request. */
export interface ApiProblem {
  /** `query.limit`, `body.items.0.name`. */
  path: string;
  message: string;
  /** Where few values are allowed: those. */
  allowed?: string[];
}

const mostProblems = 20;

/** What a schema found wrong with a part of a request, in its order. */
export function problemsOf(part: 'params' | 'query' | 'body', error: z.ZodError): ApiProblem[] {
  return error.issues.slice(0, mostProblems).map((issue) => {
    const path = [part, ...issue.path.map(String)].join('.');
    const allowed = issue.code === 'invalid_value' ? { allowed: issue.values.map(String) } : {};
    return { path, message: issue.message, ...allowed };
  });
}
