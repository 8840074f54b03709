import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, secretsOf } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'familiar-bucket-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(folder, 'familiar.yaml'), yaml);
  return loadConfig({ env, folder });
}

const env = { S3_ACCESS_KEY_ID: 'AKIA', S3_SECRET_ACCESS_KEY: 'hidden-secret' };

describe('a bucket for files', () => {
  it('of Amazon needs a name, a region and the key of the environment', () => {
    const config = load('files:\n  s3: { bucket: my-files, region: eu-west-1 }\n', env);
    expect(config.files.s3).toEqual({
      ...{ bucket: 'my-files', region: 'eu-west-1', endpoint: 'https://s3.eu-west-1.amazonaws.com', prefix: '' },
      ...{ pathStyle: false, accessKeyId: 'AKIA', secretAccessKey: 'hidden-secret' },
    });
    expect(secretsOf(config)).toEqual(expect.arrayContaining(['AKIA', 'hidden-secret']));
  });

  it('of another service stands in the path, unless told', () => {
    const own = "{ bucket: my-files, endpoint: 'http://nas:9000/', prefix: bot/";
    expect(load(`files:\n  s3: ${own} }\n`, env).files.s3).toMatchObject({
      endpoint: 'http://nas:9000',
      pathStyle: true,
    });
    expect(load(`files:\n  s3: ${own}, pathStyle: false }\n`, env).files.s3).toMatchObject({ pathStyle: false });
  });

  it('is not made by the key alone, which other programs use, too', () => {
    expect(load('files: {}\n', env).files.s3).toBeUndefined();
  });

  it.each([
    [
      'a name with spaces',
      "files:\n  s3: { bucket: 'My Files' }\n",
      /familiar\.yaml:2:17 +files\.s3\.bucket: "My Files" is not allowed\. Allowed: the name of a bucket: 3 to 63/,
    ],
    ['no name', 'files:\n  s3: { region: auto }\n', /files\.s3\.bucket: is missing/],
    [
      'a misspelt setting',
      'files:\n  s3: { bucket: my-files, regoin: auto }\n',
      /familiar\.yaml:2:\d+ +files\.s3\.regoin: unknown setting\. Did you mean region\?/,
    ],
    [
      'an endpoint without a scheme',
      "files:\n  s3: { bucket: my-files, endpoint: 'nas:9000' }\n",
      /files\.s3\.endpoint: .*begins with http/,
    ],
    [
      'a prefix without a slash',
      'files:\n  s3: { bucket: my-files, prefix: bot }\n',
      /files\.s3\.prefix: "bot" is not allowed\. Allowed: parts that end with a slash/,
    ],
    ['a folder besides', 'files:\n  path: ./x\n  s3: { bucket: my-files }\n', /files: path and s3 exclude each other/],
  ])('with %s is refused with its place and what is allowed', (_what, yaml, message) => {
    expect(() => load(yaml, env)).toThrow(message);
  });

  it('without a key says where it goes', () => {
    const yaml = 'files:\n  s3: { bucket: my-files }\n';
    expect(() => load(yaml, { S3_ACCESS_KEY_ID: 'AKIA' })).toThrow(
      /familiar\.yaml:2:\d+ +files\.s3: secretAccessKey is missing: set S3_SECRET_ACCESS_KEY in \.env/,
    );
  });
});
