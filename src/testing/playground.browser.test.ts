import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectPerson } from '../../emulator/testing/person.ts';
import type { Person } from '../../emulator/testing/person.ts';
import { launchBrowser } from './browser.ts';

const launcher = join(import.meta.dirname, '../../bin/familiar.js');
/** The last line of every answer of the built-in model. */
const lastWords = 'Demo model: canned answers';
/** One red pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

let folder: string;
let program: ChildProcess;
let address: string;
let browser: Browser;
let context: BrowserContext;
let problems: string[];

beforeAll(async () => {
  browser = await launchBrowser(process.env);
  folder = await mkdtemp(join(tmpdir(), 'familiar-browser-'));
  // The database's own user must reach its folder below.
  await chmod(folder, 0o711);
  await startProgram();
});
afterAll(async () => {
  await browser?.close();
  await stopProgram();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  problems = [];
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(15_000);
});
afterEach(async () => {
  await context.close();
  expect(problems).toEqual([]);
});

/** On any free port at first, then on the one that the page knows. */
async function startProgram(playgroundPort = '0'): Promise<void> {
  program = spawn(process.execPath, [launcher, 'start'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], PORT: '0', PLAYGROUND_PORT: playgroundPort },
  });
  let output = '';
  const ready = new Promise<string>((resolve, reject) => {
    const onOutput = (text: Buffer) => {
      output += text.toString();
      const found = /Playground\s+(http:\S+)[^]*Health\s+http:\S+/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    program.stdout?.on('data', onOutput);
    program.stderr?.on('data', onOutput);
    program.once('close', () => reject(new Error(`The program ended:\n${output}`)));
  });
  address = await ready;
}

async function stopProgram(): Promise<void> {
  if (program === undefined || program.exitCode !== null) return;
  const ended = once(program, 'close');
  program.kill('SIGTERM');
  await ended;
}

/** The playground as this member sees it, in a channel. Errors in the page fail the test. */
async function open(member: string, channel: string): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (line) => {
    if (line.type() === 'error') problems.push(line.text());
  });
  await page.goto(`${address}/?as=${member}`);
  await enter(page, channel);
  await status(page).filter({ hasText: 'is online' }).waitFor();
  return page;
}

async function enter(page: Page, channel: string): Promise<void> {
  await page.getByTestId('channel-link').filter({ hasText: channel }).click();
  await page.getByPlaceholder(`Message #${channel}`).waitFor();
}

const composer = (page: Page) => page.getByTestId('composer');
const status = (page: Page) => page.getByTestId('status');
const messages = (page: Page, author: string) => page.locator(`[data-testid="message"][data-author="${author}"]`);
const answers = (page: Page) => messages(page, 'Familiar');
const content = (message: Locator) => message.getByTestId('message-content');

async function say(page: Page, text: string): Promise<void> {
  await composer(page).click();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await messages(page, await speaker(page))
    .filter({ hasText: text })
    .last()
    .waitFor();
}

async function speaker(page: Page): Promise<string> {
  return (await page.getByTestId('who-am-i').getAttribute('data-username')) ?? '';
}

async function idOf(page: Page, username: string): Promise<string> {
  const { members } = (await (await page.request.get(`${address}/_control/state`)).json()) as {
    members: { id: string; username: string }[];
  };
  return members.find((member) => member.username === username)?.id ?? '';
}

/** The different lengths of an answer's text until it contains these words. */
async function growth(answer: Locator, words: string): Promise<number[]> {
  const lengths: number[] = [];
  const look = async () => {
    const text = (await content(answer).allTextContents()).join('');
    if (text.length > 0 && text.length !== lengths.at(-1)) lengths.push(text.length);
    return text;
  };
  await expect.poll(look, { interval: 50, timeout: 20_000 }).toContain(words);
  return lengths;
}

describe('the playground in a browser', () => {
  it('shows an answer while it is written, and keeps it after a reload', async () => {
    const page = await open('alice', 'bot-chat');
    await say(page, 'what can you do?');
    const lengths = await growth(answers(page).first(), lastWords);
    expect(lengths.length).toBeGreaterThan(2);
    expect(lengths.slice(0, -1)).toEqual(lengths.slice(0, -1).toSorted((a, b) => a - b));
    await answers(page).last().getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    await expect.poll(() => page.getByTestId('typing').textContent()).toBe('');
    expect(await composer(page).inputValue()).toBe('');
    expect(await page.getByTestId('outgoing').count()).toBe(0);

    const shown = await content(page.getByTestId('message')).allTextContents();
    await page.reload();
    await expect.poll(() => content(page.getByTestId('message')).allTextContents(), { timeout: 10_000 }).toEqual(shown);
    expect(await speaker(page)).toBe('alice');
  });

  it('runs a command by keyboard, with an ephemeral answer', async () => {
    const page = await open('alice', 'bot-chat');
    const other = await open('bob', 'bot-chat');
    await composer(page).press('/');
    await page.keyboard.type('help');
    await page.getByRole('option', { name: /help/ }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /Run|Send/ }).waitFor();
    await page.keyboard.press('Enter');
    const note = page.locator('[data-testid="message"][data-ephemeral]').filter({ hasText: '/ping' });
    await note.waitFor();
    expect(await composer(page).inputValue()).toBe('');
    await say(page, 'thanks!');
    await messages(other, 'alice').filter({ hasText: 'thanks!' }).waitFor();
    expect(await other.locator('[data-testid="message"][data-ephemeral]').count()).toBe(0);
    await note.getByRole('button', { name: 'Dismiss' }).click();
    await note.waitFor({ state: 'detached' });
  });

  it("offers apps' message commands by keyboard, and says when no app responds", async () => {
    const { application } = (await (await fetch(`${address}/_control/state`)).json()) as {
      application: { id: string; botToken: string };
    };
    const added = await fetch(`${address}/api/v10/applications/${application.id}/commands`, {
      method: 'POST',
      headers: { authorization: `Bot ${application.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Ponder this', type: 3 }),
    });
    expect(added.status).toBe(201);
    const page = await open('alice', 'general');
    await say(page, 'worth a thought');
    await messages(page, 'alice').filter({ hasText: 'worth a thought' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Apps' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Ponder this' }).press('Enter');
    await page.getByText(/did not respond/).waitFor();
    expect(await page.getByRole('menu').count()).toBe(0);
  });

  it('switches to another member, who sees earlier messages', async () => {
    const page = await open('alice', 'general');
    await say(page, 'left for somebody else');
    await page.getByTestId('who-am-i').click();
    await page.getByRole('menuitem', { name: /milo/ }).click();
    await page.locator('[data-testid="who-am-i"][data-username="milo"]').waitFor();
    await enter(page, 'general');
    await messages(page, 'alice').filter({ hasText: 'left for somebody else' }).waitFor();
    await say(page, 'found it');
  });

  it('stops a long answer by its button', async () => {
    const page = await open('bob', 'bot-chat');
    await say(page, 'tell me a long story');
    const stop = answers(page).last().getByRole('button', { name: 'Stop' });
    await stop.click();
    await stop.waitFor({ state: 'detached' });
    const answer = content(answers(page).last());
    await answer.filter({ hasText: 'Stopped' }).waitFor();
    expect(await answer.textContent()).not.toContain(lastWords);
  });

  it('shows an attached picture', async () => {
    const page = await open('alice', 'art');
    await page.locator('input[type="file"]').setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: picture });
    await say(page, 'look at this');
    const image = messages(page, 'alice').last().getByAltText('red.png');
    await expect.poll(() => image.evaluate((element: { naturalWidth?: number }) => element.naturalWidth)).toBe(1);
  });

  it('shows a forum, whose posts are found by tag, search and Ctrl+K', async () => {
    const olivia = await connectPerson(address, 'olivia');
    const guildId = olivia.channel('general').guildId;
    await olivia.request('POST', `/guilds/${guildId}/channels`, {
      name: 'kitchen',
      type: 15,
      available_tags: [{ name: 'question' }, { name: 'solved', moderated: true }],
    });
    await olivia.close();
    const page = await open('alice', 'general');
    await page.getByTestId('channel-link').filter({ hasText: 'kitchen' }).click();
    await page.getByRole('heading', { name: 'No posts yet' }).waitFor();
    await page.getByRole('button', { name: 'New post' }).click();
    await page.keyboard.type('How warm is soup?');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Write something' }).waitFor();
    await page.getByLabel('Message', { exact: true }).fill('Mine was **cold** yesterday.');
    const form = page.getByRole('form', { name: 'New post' });
    expect(await form.getByRole('button', { name: 'solved' }).isDisabled()).toBe(true);
    await form.getByRole('button', { name: 'question' }).click();
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.getByRole('heading', { name: 'How warm is soup?' }).first().waitFor();
    await say(page, 'Today it was fine');

    await page.getByTestId('channel-link').filter({ hasText: 'kitchen' }).click();
    const post = page.getByTestId('post').filter({ hasText: 'Mine was cold yesterday.' });
    expect(await post.textContent()).toContain('1 answer');
    await page.getByRole('button', { name: 'solved' }).click();
    await page.getByRole('heading', { name: 'No post has these tags' }).waitFor();

    await page.getByTestId('search').click();
    await page.keyboard.type('from:al');
    await page.keyboard.press('Tab');
    await page.keyboard.type('cold');
    await page.keyboard.press('Enter');
    const found = page.getByTestId('search-result').filter({ hasText: 'Mine was cold yesterday.' });
    await found.getByRole('button', { name: 'Jump' }).click();
    const focused = page.locator('[data-testid="message"]:focus');
    await focused.filter({ hasText: 'Mine was cold yesterday.' }).waitFor();

    await page.keyboard.press('Control+k');
    await page.locator('[role="combobox"]:focus').waitFor();
    await page.keyboard.type('bch');
    await page.keyboard.press('Enter');
    await page.getByPlaceholder('Message #bot-chat').waitFor();
  });

  it('sends a sticker, forwards it, and shows its source', async () => {
    const page = await open('bob', 'memes');
    await page.getByRole('button', { name: 'Stickers' }).click();
    await page.getByRole('button', { name: /^Wave/ }).click();
    const sent = messages(page, 'bob').filter({ has: page.getByAltText(/^Sticker, Wave/) });
    await sent.last().press('Enter');
    await page.getByRole('menuitem', { name: 'Forward' }).press('Enter');
    await page.getByRole('combobox', { name: 'Search channels and people' }).waitFor();
    await page.keyboard.type('art');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Forward', exact: true }).click();
    await enter(page, 'art');
    const forwarded = page.getByTestId('forwarded').filter({ has: page.getByAltText(/^Sticker, Wave/) });
    await forwarded.getByRole('button', { name: /#memes/ }).click();
    await page.getByPlaceholder('Message #memes').waitFor();
    await sent.last().waitFor();
  });

  it('shows profiles, and direct messages with an unread badge', async () => {
    const page = await open('alice', 'general');
    await page
      .getByRole('button', { name: /^Familiar/ })
      .first()
      .press('Enter');
    const card = page.getByTestId('profile');
    await card.getByRole('heading', { name: /Familiar/ }).waitFor();
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    const milo = await connectPerson(address, 'milo');
    const { id } = await milo.opensDirectMessages(await idOf(page, 'alice'));
    await milo.says(id, 'psst');
    await milo.says(id, 'are you there?');
    await milo.close();
    const directs = page.getByRole('link', { name: 'Direct messages, 2 unread' });
    await directs.waitFor();
    await page.reload();
    await directs.click();
    await page.getByTestId('channel-link').filter({ hasText: 'Milo' }).click();
    await messages(page, 'milo').filter({ hasText: 'are you there?' }).waitFor();
    await page.getByRole('link', { name: 'Direct messages', exact: true }).waitFor();
    await page.getByTestId('channel-link').filter({ hasText: 'Familiar' }).click();
    await page.getByPlaceholder('Message @Familiar').waitFor();
  });

  it('lets only Olivia administer the instance', async () => {
    const olivia = await connectPerson(address, 'olivia');
    const milo = await connectPerson(address, 'milo');
    const grant = (person: Person) => person.runs('grant', { user: person.user.id, amount: '1' }, { in: '#art' });
    await grant(olivia);
    await olivia.sees(/You were given \*\*\$1\.00\*\*/);
    await grant(milo);
    await milo.sees(/the bot's owner/, { in: '#art' });
    await olivia.close();
    await milo.close();
  });

  it('changes settings by keyboard, and gives back what was written wrong', async () => {
    const page = await open('olivia', 'general');
    const olivia = await connectPerson(address, 'olivia');
    await olivia.runs('config', {}, { in: '#general' });
    const choose = async (menu: string, choice: RegExp) => {
      await page.getByRole('button', { name: menu }).press('Enter');
      await page.getByRole('option', { name: choice }).press('Enter');
    };
    await choose('Choose a feature', /^Chat/);
    await choose('Choose a setting', /^Exchanges sent/);
    const write = async (button: string, text: string) => {
      await page.getByRole('button', { name: button }).press('Enter');
      const input = page.getByRole('dialog').getByRole('textbox');
      const before = await input.inputValue();
      await input.fill(text);
      await page.getByRole('dialog').getByRole('button', { name: 'Submit' }).press('Enter');
      return before;
    };
    expect(await write('Change…', '500')).toBe('8');
    await page.getByText('“500” is out of range.').waitFor();
    expect(await write('Edit again…', '12')).toBe('500');
    await page.getByText('Saved. It applies from now on.').waitFor();
    await page.getByRole('button', { name: 'All features' }).press('Enter');
    await page.getByRole('button', { name: 'Choose a feature' }).waitFor();
    await olivia.close();
  });

  it('opens the dashboard, whose changes apply in the server', async () => {
    const page = await open('olivia', 'general');
    const opened = page.waitForEvent('popup');
    await page.getByRole('link', { name: 'Open the dashboard' }).click();
    const dashboard = await opened;
    dashboard.on('pageerror', (error) => problems.push(error.message));
    await dashboard.getByRole('textbox', { name: 'Search settings' }).fill('name threads');
    // The key is in no history.
    expect(new URL(dashboard.url()).hash).toBe('');
    await dashboard.getByRole('switch', { name: 'Name threads' }).press('Space');
    await dashboard.getByText('this server').waitFor();
    const olivia = await connectPerson(address, 'olivia');
    await olivia.runs('config', { feature: 'titles' }, { in: '#general' });
    await olivia.sees(
      ({ embeds }) => embeds[0]?.description?.includes('**Name threads** · off · this server') ?? false,
    );
    await dashboard.getByRole('button', { name: 'Reset' }).press('Enter');
    await dashboard.getByText('default', { exact: true }).waitFor();
    await dashboard.getByRole('button', { name: 'Sign out' }).click();
    await dashboard.getByLabel('API key').fill('wrong');
    await dashboard.getByRole('button', { name: 'Open' }).click();
    await dashboard.getByText('doesn’t know this key').waitFor();
    await olivia.close();
  });

  it('continues after the program was killed and restarted with the page open', async () => {
    const page = await open('olivia', 'bot-chat');
    await say(page, 'tell me a long story');
    await answers(page).last().getByRole('button', { name: 'Stop' }).waitFor();
    const port = new URL(address).port;
    const ended = once(program, 'close');
    program.kill('SIGKILL');
    await ended;
    await status(page).filter({ hasText: 'Connection lost' }).waitFor();
    await startProgram(port);
    await status(page).filter({ hasText: 'is online' }).waitFor();
    await content(answers(page).last()).filter({ hasText: lastWords }).waitFor({ timeout: 30_000 });
    problems = problems.filter((problem) => !/WebSocket|ERR_CONNECTION/.test(problem));
  });
});
