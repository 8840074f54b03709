import { z } from 'zod';
import type { Core, StoredApplication, StoredEmoji } from '../contract.ts';
import { discordError, formError } from '../errors.ts';
import { parseForm } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { emojiObject } from '../serialise/guild.ts';
import { emojiName, MAX_EMOJI_BYTES } from './emojis.ts';
import { storeImage } from './images.ts';
import { ownApplication } from './own-application.ts';

/** Source: "Application-Owned Emoji" in Discord's documentation. */
const MAX_EMOJIS = 2000;

/** The emojis of an application: its bot alone can use them, everywhere and without a permission. */
export const registerApplicationEmojiRoutes: Routes = (api, core) => {
  const { world } = core;
  const path = '/applications/{application_id}/emojis';
  api.route({
    method: 'GET',
    path,
    auth: 'bot',
    handler: ({ caller, params }) => {
      const application = ownApplication(core, caller, params['application_id']);
      return { items: emojisOf(core, application).map((emoji) => emojiObject(world, emoji)) };
    },
  });
  api.route({
    method: 'POST',
    path,
    auth: 'bot',
    handler: ({ caller, params, body, reply }) => {
      const application = ownApplication(core, caller, params['application_id']);
      const emoji = createEmoji(core, application, body);
      reply.status(201);
      return emojiObject(world, emoji);
    },
  });
  const one = `${path}/{emoji_id}`;
  api.route({
    method: 'GET',
    path: one,
    auth: 'bot',
    handler: ({ caller, params }) => {
      const application = ownApplication(core, caller, params['application_id']);
      return emojiObject(world, emojiOf(core, application, params['emoji_id']));
    },
  });
  api.route({
    method: 'PATCH',
    path: one,
    auth: 'bot',
    handler: ({ caller, params, body }) => {
      const application = ownApplication(core, caller, params['application_id']);
      const emoji = emojiOf(core, application, params['emoji_id']);
      const { name } = parseForm(z.object({ name: emojiName.optional() }), body);
      if (name !== undefined && name !== emoji.name) requireFreeName(core, application, name);
      const next = { ...emoji, name: name ?? emoji.name };
      world.emojis.set(next.id, next);
      return emojiObject(world, next);
    },
  });
  api.route({
    method: 'DELETE',
    path: one,
    auth: 'bot',
    handler: ({ caller, params }) => {
      const application = ownApplication(core, caller, params['application_id']);
      world.emojis.delete(emojiOf(core, application, params['emoji_id']).id);
    },
  });
};

function createEmoji(core: Core, application: StoredApplication, body: unknown): StoredEmoji {
  const form = parseForm(z.object({ name: emojiName, image: z.string() }), body);
  if (emojisOf(core, application).length >= MAX_EMOJIS) throw discordError('maximumApplicationEmojis');
  requireFreeName(core, application, form.name);
  const hash = storeImage(core, ['image'], 'emojis', form.image, MAX_EMOJI_BYTES) ?? '';
  const emoji: StoredEmoji = {
    id: core.world.snowflake(),
    guildId: null,
    applicationId: application.id,
    name: form.name,
    animated: hash.startsWith('a_'),
    creatorId: application.botUserId,
    file: `emojis/${hash}`,
  };
  core.world.emojis.set(emoji.id, emoji);
  return emoji;
}

function emojisOf(core: Core, application: StoredApplication): StoredEmoji[] {
  return [...core.world.emojis.values()].filter(({ applicationId }) => applicationId === application.id);
}

function emojiOf(core: Core, application: StoredApplication, emojiId: string | undefined): StoredEmoji {
  const emoji = core.world.emojis.get(emojiId ?? '');
  if (emoji?.applicationId !== application.id) throw discordError('unknownEmoji');
  return emoji;
}

/** Unlike those of servers, an application's emojis have a name each. */
function requireFreeName(core: Core, application: StoredApplication, name: string): void {
  if (!emojisOf(core, application).some((emoji) => emoji.name === name)) return;
  const words = 'An emoji with this name already exists.';
  throw formError(['name'], 'APPLICATION_EMOJI_NAME_ALREADY_TAKEN', words);
}
