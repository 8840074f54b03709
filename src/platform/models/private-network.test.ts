import { describe, expect, it } from 'vitest';
import { isPrivateUrl } from './private-network.ts';

describe('an address in a private network', () => {
  it.each([
    'http://localhost:11434',
    'http://LOCALHOST/v1',
    'http://ollama.localhost',
    'http://127.0.0.1:1234/v1',
    'http://127.9.9.9',
    'http://[::1]:1234/v1',
    'http://10.0.0.8',
    'http://172.16.0.1',
    'http://172.31.255.255',
    'http://192.168.1.5:8000',
    'http://169.254.1.1',
    'http://100.64.0.1',
    'http://100.127.255.254',
    'http://[fc00::1]',
    'http://[fd12:3456::1]/v1',
    'http://[fe80::1]',
    'http://[::ffff:192.168.1.5]',
    'http://studio.local',
    'http://models.internal:8080',
    'http://host.docker.internal:11434',
    'http://ollama:11434',
    'http://0.0.0.0:1234',
    'http://ollama.:11434',
  ])('is %s', (url) => expect(isPrivateUrl(url)).toBe(true));
});

describe('an address that is not', () => {
  it.each([
    'https://api.openai.com/v1',
    'http://8.8.8.8',
    'http://172.15.0.1',
    'http://172.32.0.1',
    'http://192.169.0.1',
    'http://100.63.255.255',
    'http://100.128.0.1',
    'http://[2001:db8::1]',
    'http://[::ffff:8.8.8.8]',
    'https://localhost.example.org',
    'https://10.0.0.8.example.org',
    'https://internal.example.org',
    'https://notlocal.example',
    'not an address',
    '',
  ])('is %s', (url) => expect(isPrivateUrl(url)).toBe(false));
});
