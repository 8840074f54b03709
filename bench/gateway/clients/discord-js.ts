/** A bot on discord.js with the caches that it has by default. It looks whether a message is for it, as every bot does. */
import { Client, Events } from 'discord.js';
import { readSettings } from './settings.ts';

const { apiBase, token, intents } = readSettings();
const client = new Client({ intents, rest: { api: apiBase } });
let messages = 0;
let addressed = 0;
client.on(Events.MessageCreate, (message) => {
  messages += 1;
  if (message.author.bot || client.user === null) return;
  if (message.mentions.has(client.user, { ignoreEveryone: true, ignoreRoles: true })) addressed += 1;
});
process.on('SIGTERM', () => {
  process.stdout.write(`${messages} messages, of which ${addressed} for the bot.\n`, () => process.exit(0));
});
await client.login(token);
