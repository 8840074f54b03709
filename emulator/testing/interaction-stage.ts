import { ApiClient, startPlayground, type Answer, type Playground } from './client.ts';
import { connectPerson, type InteractionOutcome, type Person, type PersonModal } from './person.ts';
import { RawGateway } from './raw-gateway.ts';

/** INTERACTION_CREATE as a bot gets it. */
export interface ReceivedInteraction {
  id: string;
  token: string;
  application_id: string;
  channel_id: string;
  data: Record<string, unknown>;
  [field: string]: unknown;
}

/** The seeded server with alice at her keyboard and its bot on the gateway, for tests of what passes between them. */
export interface InteractionStage {
  playground: Playground;
  alice: Person;
  bot: RawGateway;
  applicationId: string;
  join(username: string): Promise<Person>;
  register(...commands: object[]): Promise<void>;
  received(): Promise<ReceivedInteraction>;
  /** As the bot, compared with Discord's description. */
  answer(interaction: ReceivedInteraction, type: number, data?: unknown, query?: string): Promise<Answer<unknown>>;
  followUp(interaction: ReceivedInteraction, data: unknown): Promise<Answer<Record<string, unknown>>>;
  /** The interaction that an action begins; rejects when the action is refused. */
  during(action: Promise<InteractionOutcome>): Promise<ReceivedInteraction>;
  /** Shows alice a form as the answer to a command that `register` made. */
  showForm(command: string, form: object): Promise<PersonModal>;
  close(): Promise<void>;
}

export async function startInteractionStage(
  options: Parameters<typeof startPlayground>[0] = {},
): Promise<InteractionStage> {
  const playground = await startPlayground(options);
  const closing: (() => unknown)[] = [() => playground.close()];
  const { origin } = playground.emulator;
  const applicationId = playground.state.application?.id ?? '';
  const join = async (username: string): Promise<Person> => {
    const person = await connectPerson(origin, username);
    closing.push(() => person.close());
    return person;
  };
  const alice = await join('alice');
  const bot = new RawGateway(origin);
  closing.push(() => bot.socket.terminate());
  await bot.identify({ token: playground.state.application?.botToken, intents: 0 });
  await bot.event('READY');
  const anonymous = new ApiClient(origin, null);
  let taken = 0;
  const received = async (refused?: Promise<never>): Promise<ReceivedInteraction> => {
    for (;;) {
      const frame = bot.frames.filter(({ t }) => t === 'INTERACTION_CREATE')[taken];
      if (frame) {
        taken += 1;
        return frame.d as ReceivedInteraction;
      }
      const more = new Promise<void>((resolve) => bot.socket.once('message', () => resolve()));
      await Promise.race(refused ? [more, refused] : [more]);
    }
  };
  const stage: InteractionStage = {
    playground,
    alice,
    bot,
    applicationId,
    join,
    async register(...commands) {
      await playground.bot.put(`/applications/${applicationId}/commands`, commands);
    },
    received: () => received(),
    answer: ({ id, token }, type, data, query = '') =>
      anonymous.post(`/interactions/${id}/${token}/callback${query}`, {
        type,
        ...(data === undefined ? {} : { data }),
      }),
    followUp: ({ token }, data) => anonymous.post(`/webhooks/${applicationId}/${token}`, data),
    during(action) {
      const refused = action.then(
        () => new Promise<never>(() => undefined),
        (error: unknown) => Promise.reject(error as Error),
      );
      refused.catch(() => undefined);
      return received(refused);
    },
    async showForm(command, form) {
      const outcome = alice.runs(command);
      const { status, body } = await stage.answer(await stage.during(outcome), 9, form);
      if (status !== 204) throw new Error(`The form was answered ${String(status)}: ${JSON.stringify(body)}`);
      const { modal } = await outcome;
      if (modal === null) throw new Error('No form was shown.');
      return modal;
    },
    async close() {
      for (const close of closing.reverse()) await close();
    },
  };
  return stage;
}
