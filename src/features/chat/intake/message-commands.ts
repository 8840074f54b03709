import { ComponentType, PermissionFlagsBits, TextInputStyle } from 'discord-api-types/v10';
import type { APIModalInteractionResponseCallbackData, APITextInputComponent } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { isSnowflake } from '../../../kernel/snowflake.ts';
import { customId, defineMessageCommand, isOwn, mayReadBack } from '../../../sdk/index.ts';
import type { ComponentHandler, MessageCommand, MessageCommandCall } from '../../../sdk/index.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { seenAs, visibleText } from './visible.ts';
import { lineOf } from '../prompt/message-context.ts';
import { ownWords } from '../prompt/own-words.ts';
import { checkMayWrite } from './places.ts';
import { takeAsked } from './take.ts';
import { tellIfWaiting } from '../view/waiting-notices.ts';

/** Discord's limit for a text input. */
const inputCharacters = 4000;

/** Questions about a message, from its menu. They are answered below it, for all to see, and paid by the member who asks. */
export function createMessageCommands(context: ChatContext): MessageCommand[] {
  const everyones = { access: 'everyone', ephemeral: true } as const;
  const everywhere = { ...everyones, installs: ['guild', 'user'] } as const;
  return [
    defineMessageCommand({
      ...everywhere,
      name: 'about',
      run: async (call) => {
        await checkTarget(context, call);
        await call.modal(questionForm(call, quotedFrom(context, call)));
      },
    }),
    defineMessageCommand({
      ...everywhere,
      name: 'explain',
      run: async (call) => {
        await checkTarget(context, call);
        await take(context, call, 'explain', quotedFrom(context, call));
      },
    }),
    defineMessageCommand({
      ...everyones,
      name: 'summary',
      run: async (call) => {
        await checkMayReadOn(context, call);
        await take(context, call, 'summary', undefined);
      },
    }),
  ];
}

/** Takes what was written into the form of "Ask about this". */
export function aboutModal(context: ChatContext): ComponentHandler {
  return {
    version: 1,
    right: { commands: ['about'] },
    run: async (call) => {
      const { id: targetId, fields, t, reply } = call;
      const text = fields['question']?.trim() ?? '';
      if (!isSnowflake(targetId) || text === '') throw new UserError('about.gone', 'no message or no question');
      if (call.guildId !== null) await checkMayWrite(context, call.channelId);
      const quoted = fields['message'];
      const source = { kind: 'about' as const, targetId, ...(quoted === undefined ? {} : { quoted: asQuote(quoted) }) };
      // A custom id is the client's word: a member who may not read back in the channel gets nothing of it.
      const readsBack = mayReadBack(call) && quoted === undefined;
      const taken = await takeAsked(context, call, { text, source, ...(readsBack ? { replyTo: targetId } : {}) });
      await reply({ content: t('about.here') });
      await tellIfWaiting(context, call, taken.begun);
    },
  };
}

async function take(
  context: ChatContext,
  call: MessageCommandCall,
  kind: 'explain' | 'summary',
  quoted: string | undefined,
): Promise<void> {
  const { target, t } = call;
  const source = { kind, targetId: target.id, ...(quoted === undefined ? {} : { quoted: asQuote(quoted) }) };
  const readsItself = kind === 'explain' && quoted === undefined;
  const text = context.texts.in(undefined)(`about.${kind}`);
  const taken = await takeAsked(context, call, { text, source, ...(readsItself ? { replyTo: target.id } : {}) });
  await call.reply({ content: t('about.here') });
  await tellIfWaiting(context, call, taken.begun);
}

/** Throws a UserError when there is nothing to ask about, or its author does not want to be read. */
async function checkTarget(
  context: Needs<'discord' | 'privacy'>,
  { target, caller, guildId, channelId }: MessageCommandCall,
) {
  if (guildId !== null) await checkMayWrite(context, channelId);
  const seen = seenAs(target);
  if (visibleText(seen) === '') throw new UserError('about.empty', 'nothing to read');
  const { id } = seen.author;
  if (id === caller.userId || isOwn(seen, context.discord.self)) return;
  if (!(await context.privacy.mayRead([id])).has(id)) throw new UserError('about.unreadable', 'the author said no');
}

/** Throws a UserError unless both the caller and the bot may read what was said in the channel. */
async function checkMayReadOn(context: Needs<'discord'>, call: MessageCommandCall): Promise<void> {
  if (call.guildId === null) return;
  const { held } = await checkMayWrite(context, call.channelId);
  if (!context.discord.messageContent) throw new UserError('about.no-content', 'the intent is off');
  if (!mayReadBack(call)) throw new UserError('about.no-history', 'the caller may not read history');
  if ((held & PermissionFlagsBits.ReadMessageHistory) === 0n) throw new UserError('about.may-not', 'the bot may not');
}

/** What a message says, where it can be read only now, because Discord sends it along. */
function quotedFrom(context: Needs<'discord'>, call: MessageCommandCall): string | undefined {
  const { target } = call;
  const { discord } = context;
  const sent = discord.messageContent || target.author.id === discord.self.userId;
  return sent && mayReadBack(call) ? undefined : lineOf(ownWords(context, seenAs(target)));
}

const asQuote = (text: string) =>
  text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');

/** What only Discord's own word for it tells is in the form: it is the state, and people see what the bot gets. */
function questionForm(
  { target, t }: MessageCommandCall,
  quoted: string | undefined,
): APIModalInteractionResponseCallbackData {
  const question: APITextInputComponent = {
    type: ComponentType.TextInput,
    custom_id: 'question',
    label: t('about.question'),
    style: TextInputStyle.Paragraph,
    required: true,
    max_length: inputCharacters,
  };
  const inputs = [question];
  if (quoted !== undefined) {
    const value = quoted.slice(0, inputCharacters);
    inputs.push({ ...question, custom_id: 'message', label: t('about.message'), value });
  }
  return {
    custom_id: customId('chat', 'about', target.id),
    title: t('about.title'),
    components: inputs.map((input) => ({ type: ComponentType.ActionRow, components: [input] })),
  };
}
