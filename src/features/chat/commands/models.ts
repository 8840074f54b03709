import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { shortLabel } from '../../../kernel/long-names.ts';
import { customId, defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, ComponentCall, ModelInfo, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { allowedModels } from '../allowed-models.ts';
import { chooseModel } from '../chat.ts';
import type { Needs } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';

/** So many of the longest lines fit the 4,096 characters that Discord takes. */
const onPage = 12;
const longestShown = 200;
/** Five of them fit the 1,024 characters of a field. */
const longestOtherShown = 150;
/** So many of the longest fit it, too. */
const mostImageModels = 8;
const longestImageShown = 70;

/** Lists the models that the caller may talk with, by name, with what they cost and can do. */
export function modelsCommand(context: Needs<'access' | 'db' | 'models' | 'money' | 'settings'>): Command {
  return defineCommand({
    name: 'models',
    options: {},
    access: 'everyone',
    installs: ['guild', 'user'],
    ephemeral: true,
    run: async (call) => call.reply(await modelsPage(context, call, 0)),
  });
}

/** The id is the number of the page, which shows what there is by then. */
export async function turnModels(
  context: Needs<'access' | 'db' | 'models' | 'money' | 'settings'>,
  call: ComponentCall,
): Promise<void> {
  if (!/^\d{1,4}$/.test(call.id)) throw new UserError('errors.expired', 'no such page');
  await call.update(await modelsPage(context, call, Number(call.id)));
}

async function modelsPage(
  context: Needs<'access' | 'db' | 'models' | 'money' | 'settings'>,
  call: Call,
  wanted: number,
): Promise<OutgoingMessage> {
  const { guildId, channelId, caller, t } = call;
  const place = { guild_id: guildId, channel_id: channelId, author_id: caller.userId };
  const current = chooseModel(context, await settingsOf(context, place));
  const allowed = allowedModels(context, call);
  const models = allowed.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const pages = Math.max(1, Math.ceil(models.length / onPage));
  const page = Math.min(wanted, pages - 1);
  const shown = models.slice(page * onPage, (page + 1) * onPage);
  const others = context.models.list().length - allowed.length;
  const description = [
    t('models.current', { model: shortLabel(current.id, longestShown) }),
    '',
    ...shown.map((model) => line(context, model, model.id === current.id, t)),
    ...(others === 0 ? [] : ['', t('models.others', { count: others })]),
  ].join('\n');
  const footer = { text: pages === 1 ? t('models.hint') : t('models.hint-page', { page: page + 1, pages }) };
  return {
    content: '',
    embeds: [
      {
        title: t('models.title'),
        description,
        fields: [...imageModels(context, call), ...otherWork(context, t)],
        footer,
      },
    ],
    components: pages === 1 ? [] : turns(page, pages, t),
  };
}

function line(context: Needs<'money'>, model: ModelInfo, current: boolean, t: Translate): string {
  const abilities = (['vision', 'reasoning'] as const).filter((name) => model.abilities[name]);
  const facts = [
    price(context, model, t),
    t('models.window', { thousands: Math.max(1, Math.round(model.contextTokens / 1000)) }),
    ...abilities.map((name) => t(`models.${name}`)),
    ...(model.demo ? [t('models.demo')] : []),
  ];
  return `${current ? '▸ ' : ''}**${shortLabel(model.id, longestShown)}** · ${facts.join(' · ')}`;
}

/** What the caller can draw with, and what an image costs. */
function imageModels(
  { access, models, money }: Needs<'access' | 'models' | 'money'>,
  { caller, guildId, channelId, t }: Call,
): { name: string; value: string }[] {
  const mayUse = (id: string) => access.decide(caller, { guildId, channelId }, { kind: 'model', id }).allowed;
  const all = models.abilities.list('draw').filter(({ id, demo }) => !demo && mayUse(id));
  if (all.length === 0) return [];
  const lines = all.slice(0, mostImageModels).map((model) => {
    const micros = money.prices.ofUse(model, { images: { count: 1 }, estimated: false });
    const key = micros === undefined ? 'no-price' : micros === 0 ? 'free' : 'image-price';
    const fact = model.writer
      ? t('models.written', { price: price({ money }, model.writer, t) })
      : t(`models.${key}`, { price: dollars((micros ?? 0) / 1_000_000) });
    return `**${shortLabel(model.id, longestImageShown)}** · ${fact}`;
  });
  const more = all.length - lines.length;
  const value = [...lines, ...(more > 0 ? [t('models.more-images', { count: more })] : [])].join('\n');
  return [{ name: t('models.images'), value }];
}

/** Which model does what is no conversation. What is built in is not worth a line. */
function otherWork({ models }: Needs<'models'>, t: Translate): { name: string; value: string }[] {
  const lines = (['embed', 'transcribe', 'speak', 'moderate'] as const).flatMap((ability) => {
    const model = models.abilities.defaultOf(ability);
    if (!model || model.demo) return [];
    const what = model.judgesImages ? `${ability}-images` : ability;
    return t(`models.other-work.${what}`, { model: shortLabel(model.id, longestOtherShown) });
  });
  return lines.length === 0 ? [] : [{ name: t('models.other-work.title'), value: lines.join('\n') }];
}

/** Dollars per million tokens. A model without a price is not asked. */
function price({ money }: Needs<'money'>, model: ModelInfo, t: Translate): string {
  const priced = money.prices.ofModel(model);
  if (!priced) return t('models.no-price');
  const { inputPerMillion, outputPerMillion } = priced.prices;
  if (inputPerMillion === 0 && outputPerMillion === 0) return t('models.free');
  return t('models.price', { input: dollars(inputPerMillion), output: dollars(outputPerMillion) });
}

/** Two places, more where the price has more. */
const dollars = (usd: number): string => {
  const exact = String(Number(usd.toFixed(6)));
  return /\.\d{3}/.test(exact) ? exact : usd.toFixed(2);
};

function turns(page: number, pages: number, t: Translate): NonNullable<OutgoingMessage['components']> {
  const turn = (to: number, key: string, enabled: boolean) => ({
    type: ComponentType.Button as const,
    style: ButtonStyle.Secondary as const,
    custom_id: customId('chat', 'models', String(to)),
    label: t(`models.${key}`),
    disabled: !enabled,
  });
  // No two components of a message may have the same id, and this one cannot be pressed on the first page.
  const before = turn(page === 0 ? pages + 1 : page - 1, 'before', page > 0);
  const after = turn(page + 1, 'after', page + 1 < pages);
  return [{ type: ComponentType.ActionRow, components: [before, after] }];
}
