import { Routes } from 'discord-api-types/v10';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { GlobalGate } from './global-gate.ts';
import type { DiscordHttp } from './http.ts';

/** An answer that comes sooner than this needs no indicator, and many that start at once are seen before they type. */
const FIRST_AFTER_MS = 200;
/** The indicator fades after ten seconds. */
const RENEW_MS = 8000;
const WHEN_CROWDED_MS = 1000;

/** Typing indicators: renewed until stopped, left out when the answers they announce may need the requests. */
export class Typing {
  #http: DiscordHttp;
  #gate: GlobalGate;
  #clock: Clock;
  #active = 0;

  constructor(http: DiscordHttp, gate: GlobalGate, clock: Clock) {
    this.#http = http;
    this.#gate = gate;
    this.#clock = clock;
  }

  start(channelId: string): () => void {
    let timer: Timer;
    let stopped = false;
    this.#active += 1;
    const show = () => {
      const crowded = this.#gate.delayMs('decoration', this.#active) > 0;
      timer = this.#clock.after(crowded ? WHEN_CROWDED_MS : RENEW_MS, show);
      if (!crowded) void this.#send(channelId);
    };
    timer = this.#clock.after(FIRST_AFTER_MS, show);
    return () => {
      if (stopped) return;
      stopped = true;
      this.#active -= 1;
      timer.cancel();
    };
  }

  async #send(channelId: string): Promise<void> {
    const path = Routes.channelTyping(channelId);
    try {
      await this.#http.request({ method: 'POST', path, priority: 'decoration', patient: false, repeatable: false });
    } catch {
      // Nobody misses an indicator; what is wrong with the channel shows when the answer is sent.
    }
  }
}
