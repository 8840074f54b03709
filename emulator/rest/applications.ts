import { z } from 'zod';
import type { ApplicationInstall, Caller, Core, StoredApplication } from '../contract.ts';
import { integer, parseForm, permissionBits, problem, text, url } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { applicationObject, INTENT_FLAGS } from '../serialise/application.ts';
import { storeImage } from './images.ts';
import { ownApplication } from './own-application.ts';

const MAX_TAGS = 5;
const MAX_DESCRIPTION = 400;

const install = z.object({
  scopes: z
    .array(z.enum(['bot', 'applications.commands']))
    .min(1)
    .nullish(),
  permissions: permissionBits.nullish(),
});

/** Plain text, or with translations, of which the default one is kept. */
const description = z
  .union([text(0, MAX_DESCRIPTION), z.object({ default: text(0, MAX_DESCRIPTION) })])
  .transform((value) => (typeof value === 'object' && value !== null ? value.default : value));

const editForm = z.object({
  description: description.nullish(),
  icon: z.string().nullish(),
  cover_image: z.string().nullish(),
  tags: z
    .array(text(1, 20, { trimmed: true }))
    .max(MAX_TAGS)
    .superRefine((tags, context) => {
      if (new Set(tags).size < tags.length) problem(context, 'SET_TYPE_ALREADY_CONTAINS_VALUE', 'Tags must be unique');
    })
    .nullish(),
  custom_install_url: url.nullish(),
  install_params: install.nullish(),
  integration_types_config: z
    .partialRecord(z.enum(['0', '1']), z.object({ oauth2_install_params: install.nullish() }).nullable())
    .nullish(),
  interactions_endpoint_url: url.nullish(),
  flags: integer(0, 2 ** 31 - 1).nullish(),
});

type EditForm = z.output<typeof editForm>;

export const registerApplicationRoutes: Routes = (api, core) => {
  const paths = ['/applications/@me', '/oauth2/applications/@me', '/applications/{application_id}'] as const;
  const find = (caller: Caller, params: Record<string, string>): StoredApplication =>
    ownApplication(core, caller, params['application_id'] ?? caller.user.applicationId ?? '');
  for (const path of paths) {
    api.route({
      method: 'GET',
      path,
      auth: 'bot',
      handler: ({ caller, params }) => applicationObject(core, find(caller, params)),
    });
    if (path === '/oauth2/applications/@me') continue;
    api.route({
      method: 'PATCH',
      path,
      auth: 'bot',
      handler: ({ caller, params, body }) => {
        const next = edited(core, find(caller, params), parseForm(editForm, body));
        core.world.applications.set(next.id, next);
        return applicationObject(core, next);
      },
    });
  }
};

function edited(core: Core, application: StoredApplication, form: EditForm): StoredApplication {
  const { icon, cover_image: cover, install_params: params, integration_types_config: types } = form;
  return {
    ...application,
    ...(form.description === undefined ? {} : { description: form.description ?? '' }),
    ...(icon === undefined ? {} : { icon: storeImage(core, ['icon'], 'app-icons', icon) }),
    ...(cover === undefined ? {} : { coverImage: storeImage(core, ['cover_image'], 'app-icons', cover) }),
    ...(form.tags === undefined ? {} : { tags: form.tags ?? [] }),
    ...(form.custom_install_url === undefined ? {} : { customInstallUrl: form.custom_install_url }),
    ...(params === undefined ? {} : { installParams: installOf(params) }),
    ...(types === undefined ? {} : { integrationTypes: integrationTypesOf(types ?? {}) }),
    ...(form.interactions_endpoint_url === undefined
      ? {}
      : { interactionsEndpointUrl: form.interactions_endpoint_url }),
    ...(form.flags == null ? {} : { privilegedIntents: intentsOf(form.flags) }),
  };
}

function installOf(form: z.output<typeof install> | null | undefined): ApplicationInstall | null {
  if (form == null) return null;
  return { scopes: form.scopes ?? ['applications.commands'], permissions: form.permissions ?? '0' };
}

function integrationTypesOf(
  form: NonNullable<EditForm['integration_types_config']>,
): NonNullable<StoredApplication['integrationTypes']> {
  return Object.fromEntries(
    Object.entries(form).map(([type, config]) => [type, installOf(config?.oauth2_install_params)]),
  );
}

/** Source: "Edit Current Application" in Discord's documentation: only the flags of limited intents can be changed. */
function intentsOf(flags: number): StoredApplication['privilegedIntents'] {
  return {
    presence: (flags & INTENT_FLAGS.presence) !== 0,
    guildMembers: (flags & INTENT_FLAGS.guildMembers) !== 0,
    messageContent: (flags & INTENT_FLAGS.messageContent) !== 0,
  };
}
