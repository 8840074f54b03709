/**
 * The settings of all features, for the administrators of a server: shown with where they come from, changed by menus,
 * buttons and forms.
 *
 * Invariants: what is offered and allowed comes from each feature's schema alone; nobody changes what is the owner's or the
 * settings file's; every change is recorded, and applies at once.
 */
import { z } from 'zod';
import { defineFeature } from '../../sdk/index.ts';
import { configCommand } from './commands/config.ts';
import { configComponents } from './components.ts';
import { configRoutes } from './routes.ts';

export const feature = defineFeature({
  name: 'config',
  summary: "Shows and changes a server's settings.",
  intents: ['Guilds'],
  settings: z.strictObject({}),
  setup: (context) => ({
    commands: [configCommand(context)],
    components: configComponents(context),
    routes: configRoutes(context),
  }),
});
