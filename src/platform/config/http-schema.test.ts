import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, secretsOf } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'familiar-http-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(http: object, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(folder, 'familiar.yaml'), JSON.stringify({ http }));
  return loadConfig({ env, folder });
}

const key = 'k'.repeat(32);
const hash = createHash('sha256').update(key).digest('hex');

describe('API keys', () => {
  it('come from the environment by name, or as a hash; only the former are secrets to keep', () => {
    const config = load(
      {
        apiKeys: [
          { name: 'grafana', keyEnv: 'GRAFANA_KEY', scopes: ['usage:read'] },
          { name: 'ci', hash: hash.toUpperCase(), scopes: ['*'] },
        ],
      },
      { GRAFANA_KEY: key },
    );
    expect(config.apiKeys).toEqual([
      { name: 'grafana', sha256: hash, scopes: ['usage:read'], secret: key },
      { name: 'ci', sha256: hash, scopes: ['*'] },
    ]);
    expect(secretsOf(config)).toEqual([key]);
  });

  it('may be one of the environment alone, which may do everything', () => {
    expect(load({}, { FAMILIAR_API_KEY: key }).apiKeys).toEqual([
      { name: 'environment', sha256: hash, scopes: ['*'], secret: key },
    ]);
  });

  it.each([
    [{ name: 'a', keyEnv: 'NONE', scopes: ['*'] }, /apiKeys\.0\.keyEnv: the environment variable NONE is not set/],
    [{ name: 'a', keyEnv: 'SHORT', scopes: ['*'] }, /SHORT is shorter than 32 characters\. Make a key with/],
    [{ name: 'a', scopes: ['*'] }, /one of keyEnv and hash is needed/],
    [{ name: 'a', hash, keyEnv: 'SHORT', scopes: ['*'] }, /one of keyEnv and hash is needed/],
    [{ name: 'a', hash, scopes: [] }, /scopes/],
    [{ name: 'a', hash, scopes: ['Usage'] }, /a scope such as usage:read/],
    [{ name: 'a', hash: 'abc', scopes: ['*'] }, /64 hexadecimal digits/],
  ])('%j are refused, without being shown', (apiKey, message) => {
    const attempt = () => load({ apiKeys: [apiKey] }, { SHORT: 'abcdefgh' });
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(/abcdefgh/);
  });

  it('have names of their own', () => {
    const two = [1, 2].map(() => ({ name: 'same', hash, scopes: ['*'] }));
    expect(() => load({ apiKeys: two })).toThrow(/another key is called same/);
  });
});

describe('proxies that are trusted', () => {
  it.each([
    [true, true],
    [
      ['10.0.0.0/8', '::1'],
      ['10.0.0.0/8', '::1'],
    ],
  ])('%j', (written, read) => {
    expect(load({ trustProxy: written }).http.trustProxy).toEqual(read);
    expect(load({}, { TRUST_PROXY: String(written) }).http.trustProxy).toEqual(read);
  });

  it.each([['10.0.0.0/33'], ['proxy'], ['10.0.0.0/8/8'], [3]])('not %j', (written) => {
    expect(() => load({ trustProxy: [written] })).toThrow(/a list of addresses and networks/);
  });
});
