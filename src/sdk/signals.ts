/** News between the processes of the bot: a member who waits for a change hears of it without a poll of the database. */
export interface Signals {
  /**
   * Wakes code that waits for `name`, in every process. Returns at once, and never throws; sent outside of transactions, after
   * their commit. May get lost while the database is down: waiters look again by themselves, too.
   */
  send(name: string): void;
  /** As `send`, in this process alone, without the database. */
  sendHere(name: string): void;
  /**
   * Resolves to what `look` finds: it is called at once, whenever `name` is sent, every few seconds, and a last time after
   * `withinMs`. Undefined when it has found nothing by then. Rejects with what `look` throws, and with the signal's reason.
   */
  until<T>(
    name: string,
    look: () => Promise<T | undefined>,
    options: { withinMs: number; signal?: AbortSignal },
  ): Promise<T | undefined>;
}
