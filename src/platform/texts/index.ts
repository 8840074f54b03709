import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next from 'i18next';
import { StartError, errorMessage } from '../../kernel/errors.ts';

/**
 * The text under `key` with its `{{placeholders}}` filled; `count` selects a plural form. What is filled in is never
 * itself read as a template.
 */
export type Translate = (key: string, data?: Record<string, string | number>) => string;

/** The texts of one catalogue in every language it has. */
export interface Texts {
  /** For a Discord locale such as `de` or `en-GB`; English where a text is missing. */
  in(locale: string | undefined): Translate;
  has(key: string): boolean;
}

/**
 * Reads `<language>.json` files. Each source is a namespace of its own.
 * Throws a StartError that names the file when one is not JSON.
 */
export function loadTexts(sources: readonly { name: string; folder: string }[], language: string): Map<string, Texts> {
  const resources: Record<string, Record<string, object>> = {};
  for (const { name, folder } of sources) {
    for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.json'))) {
      (resources[file.slice(0, -'.json'.length)] ??= {})[name] = readJson(join(folder, file));
    }
  }
  const instance = i18next.createInstance();
  void instance.init({
    resources,
    lng: language,
    fallbackLng: [language, 'en'],
    initAsync: false,
    interpolation: { escapeValue: false, skipOnVariables: true },
  });
  return new Map(
    sources.map(({ name }) => [
      name,
      {
        in: (locale) => {
          const translate = instance.getFixedT(locale ?? language, name);
          return (key, data = {}) => translate(key, data);
        },
        // With a count, texts that depend on one are found, too.
        has: (key) => instance.exists(key, { ns: name, count: 1 }),
      },
    ]),
  );
}

function readJson(path: string): object {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as object;
  } catch (error) {
    throw new StartError(`${path} is not valid JSON: ${errorMessage(error)}`, { cause: error });
  }
}
