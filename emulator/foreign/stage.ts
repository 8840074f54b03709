import type { APIMessage } from 'discord-api-types/v10';
import type { ControlState } from '../control/state.ts';
import { startEmulator, type Emulator } from '../index.ts';
import { callControl } from '../testing/control.ts';
import { connectPerson, type Person } from '../testing/person.ts';
import type { ForeignBot, ForeignLibrary } from './bot.ts';

/** An emulator with Discord's rate limits on, Alice, and the bot of one library. */
export class Stage {
  readonly emulator: Emulator;
  readonly alice: Person;
  readonly bot: ForeignBot;

  private constructor(emulator: Emulator, alice: Person, bot: ForeignBot) {
    this.emulator = emulator;
    this.alice = alice;
    this.bot = bot;
  }

  static async open(library: ForeignLibrary): Promise<Stage> {
    const emulator = await startEmulator({ port: 0, dataDir: null });
    const { application, guilds } = await callControl<ControlState>(emulator.origin, 'state');
    const alice = await connectPerson(emulator.origin, 'alice', { timeoutMs: 10_000 });
    const bot = await library.start({
      api: `${emulator.origin}/api`,
      cdn: `${emulator.origin}/cdn`,
      token: application?.botToken ?? '',
      applicationId: application?.id ?? '',
      guildId: guilds[0]?.id ?? '',
    });
    return new Stage(emulator, alice, bot);
  }

  async close(): Promise<void> {
    await this.bot.close();
    await this.alice.close();
    await this.emulator.close();
  }

  control<T>(name: string, body?: unknown): Promise<T> {
    return callControl(this.emulator.origin, name, body);
  }

  /** Alice says something and waits for the reply to it. */
  async asks(channel: string, text: string): Promise<APIMessage> {
    const question = await this.alice.says(channel, text);
    return this.alice.sees((message) => message.message_reference?.message_id === question.id);
  }
}
